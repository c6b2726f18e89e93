//! Who may read what fmdb writes: databases, backups and rejected rows hold personal data and are their owner's alone; an
//! export of the catalog follows the umask.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::OnceLock;

use rustix::fs::Mode;

use super::{COMPANIONS, INDEX, resolve, with_suffix};

/// What everybody else may do with a file.
const OTHERS: u32 = 0o007;
/// What the group may do.
const GROUP: u32 = 0o070;

/// The umask that the program was started with.
static UMASK: OnceLock<u32> = OnceLock::new();

/// Who may read an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Those whom the umask permits.
    Umask,
    /// Its owner alone, and those whom its owner has permitted, but never everybody.
    Private,
}

impl Access {
    /// The permissions of a new file, or of one that replaces a file with the permissions `replaced`.
    pub(super) fn mode(self, replaced: Option<u32>) -> u32 {
        match (self, replaced) {
            (Self::Umask, Some(mode)) => mode & 0o777,
            (Self::Umask, None) => 0o666 & !UMASK.get().copied().unwrap_or(0o022),
            (Self::Private, Some(mode)) if mode & OTHERS == 0 => mode & 0o777,
            (Self::Private, _) => 0o600,
        }
    }
}

/// Makes all that this process writes from now on private, the database's companions and its index among it. Where its
/// owner has opened the database to a group alone, the group keeps that. Called once, before any thread is started.
pub fn keep_private(db: &Path) {
    let shared = fs::metadata(db).map_or(0, |about| about.mode()) & (OTHERS | GROUP);
    let shared = if shared & OTHERS == 0 { shared } else { 0 };
    let before = rustix::process::umask(Mode::from_raw_mode((OTHERS | GROUP) & !shared));
    let _ = UMASK.set(before.as_raw_mode());
}

/// Takes from everybody else what earlier versions let them read: the database, its companions and its index. What its
/// owner has opened to a group alone stays so.
pub fn make_private(db: &Path) {
    let Ok(db) = resolve(db) else { return };
    restrict(&db, 0o600);
    for suffix in COMPANIONS {
        restrict(&with_suffix(&db, suffix), 0o600);
    }
    restrict(&with_suffix(&db, INDEX), 0o700);
}

fn restrict(path: &Path, mode: u32) {
    let Ok(about) = fs::metadata(path) else { return };
    if about.mode() & OTHERS == 0 {
        return;
    }
    match fs::set_permissions(path, Permissions::from_mode(mode)) {
        Ok(()) => tracing::info!(path = %path.display(), "was readable by all; now only its owner may read it"),
        // Another account owns it, and decides.
        Err(error) => tracing::debug!(path = %path.display(), %error, "is readable by all"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_private_unless_its_owner_shares_it_with_a_group() {
        let modes = [None, Some(0o100_644), Some(0o640), Some(0o600), Some(0o666)];
        assert_eq!(modes.map(|mode| Access::Private.mode(mode)), [0o600, 0o600, 0o640, 0o600, 0o600]);
        assert_eq!(modes.map(|mode| Access::Umask.mode(mode)), [0o644, 0o644, 0o640, 0o600, 0o666]);
    }
}
