//! A full disk: nothing acknowledged is lost, the index is what the database holds once there is space again, and nothing
//! hangs. Nine fill levels, with an import too, are in `tests/endurance/full_disk`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::fmdb::{Folder, eventually};

/// A small disk of its own under a folder; `None` where this user may not make one.
pub struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    pub fn mount(folder: &'a Path, options: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("NOT RUN: this test needs the right to mount a disk");
        }
        mounted.then_some(Self(folder))
    }

    /// Fills it but for so many KB.
    fn fill(&self, left: usize) {
        let block = vec![0; 64 << 10];
        let mut filler = fs::File::create(self.0.join("filler")).unwrap();
        while filler.write_all(&block).is_ok() {}
        let full = filler.metadata().unwrap().len();
        filler.set_len(full.saturating_sub((left as u64) << 10)).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_database_and_index_equal() {
    for left in [0, 96, 300, 1200] {
        let folder = Folder::new();
        let Some(disk) = Disk::mount(folder.0.path(), "size=24m") else { return };
        let rows: Vec<String> = (0..800).map(|n| format!(r#"{{"title":"Movie {n}","year":1990}}"#)).collect();
        folder.load(&rows.join("\n"));
        folder.add_user("anna", true);
        let token = folder.token("anna");
        let server = folder.serve(&["--public"]);
        let admin = server.bearer(&token);
        disk.fill(left);
        let mut acknowledged = Vec::new();
        for number in 0..100 {
            let title = format!("Edit {number} of {left}");
            let reply = admin.json("/manage/add", &json!({"movie_name": title}));
            match reply.status {
                201 => acknowledged.push(title),
                503 => break,
                other => panic!("{other} {}", reply.body),
            }
        }
        assert!(acknowledged.len() < 100, "the disk was never full");
        assert_eq!(server.nobody().get("/listing?q=movie").status, 200, "visitors read on");
        disk.free();
        let after = format!("After {left}");
        eventually("an edit once there is space", || {
            admin.json("/manage/add", &json!({"movie_name": after})).status == 201
        });
        acknowledged.push(after);
        for title in [&acknowledged[0], acknowledged.last().unwrap()] {
            let found = format!("/listing?name={}&items=1", title.replace(' ', "+"));
            eventually(&format!("`{title}` in the search"), || admin.get(&found).titles().first() == Some(title));
        }
        assert_eq!(server.nobody().get("/readyz").status, 200);
        let movies = 800 + acknowledged.len();
        let sound = json!({"sound": true, "movies": movies, "problems": []});
        assert_eq!(folder.json(&["check"]), sound, "beside the server, {left} KB");
        assert_eq!(server.terminate(), Some(0));
        assert_eq!(folder.json(&["check"]), sound, "after the stop, {left} KB");
        let exported = folder.ok(&["export", "--format", "jsonl"]);
        let title =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["movie_name"].as_str().unwrap().to_owned();
        let kept: Vec<String> = exported.lines().map(title).collect();
        for title in &acknowledged {
            assert!(kept.contains(title), "{title} was acknowledged and is lost");
        }
    }
}
