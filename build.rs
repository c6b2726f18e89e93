//! x
fn main() {
    println!("cargo::rustc-env=FMDB_VERSION=0.1.0");
}
