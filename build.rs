//! What the binary carries: assets under names that hold their hash, with copies that are compressed already, and the
//! version with the git revision.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// Folders whose files are served. Icons are part of the pages, locales of the program.
const SERVED: [&str; 3] = ["assets/css", "assets/js", "assets/js/vendor"];
/// Single files that are served.
const SERVED_FILES: [&str; 5] = [
    "assets/icons/fmdb.svg",
    "assets/icons/icon-192.png",
    "assets/icons/icon-512.png",
    "assets/icons/icon-maskable-512.png",
    "assets/icons/icon-touch-180.png",
];

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    version()?;
    assets(&out)
}

fn assets(out: &Path) -> io::Result<()> {
    let target = out.join("assets");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    let mut files: Vec<PathBuf> = SERVED_FILES.iter().map(PathBuf::from).collect();
    for folder in SERVED {
        println!("cargo::rerun-if-changed={folder}");
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() && path.extension().is_some_and(|kind| kind != "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut table = String::from(
        "/// Names as the sources say them, and as they are served.\npub const NAMES: &[(&str, &str)] = &[\n",
    );
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let bytes = fs::read(&file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hash = Sha256::digest(&bytes).iter().take(6).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "bin"));
        let hashed = format!("{stem}.{hash}.{extension}");
        fs::write(target.join(&hashed), &bytes)?;
        fs::write(target.join(format!("{hashed}.gz")), gzip(&bytes)?)?;
        fs::write(target.join(format!("{hashed}.br")), brotli(&bytes)?)?;
        writeln!(table, "    ({name:?}, {hashed:?}),").map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    io::Read::read_to_end(&mut brotli::CompressorReader::new(bytes, 4096, 11, 22), &mut packed)?;
    Ok(packed)
}

/// `0.1.0 (1a2b3c4d5e6f)`; without git the version alone.
fn version() -> io::Result<()> {
    // rust-i18n reads the locales while the program is compiled, and cargo does not know of it.
    println!("cargo::rerun-if-changed=assets/locales");
    // The log of HEAD grows with each commit and each checkout, and with nothing else.
    for file in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(file).exists() {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    let version = env::var("CARGO_PKG_VERSION").map_err(io::Error::other)?;
    let revision = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    let revision = revision.ok().filter(|output| output.status.success());
    let revision = revision.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let full = revision.map_or_else(|| version.clone(), |revision| format!("{version} ({revision})"));
    println!("cargo::rustc-env=FMDB_VERSION={full}");
    Ok(())
}
