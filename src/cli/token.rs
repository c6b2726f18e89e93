#[derive(Debug, clap::Subcommand)]
pub enum Command {
    X,
}
pub fn run(_: &super::Global, _: &Command) -> anyhow::Result<std::process::ExitCode> {
    todo!()
}
