//! Pages and API over HTTP.

pub mod assets;
pub mod view;
pub async fn serve(
    _l: tokio::net::TcpListener,
    _a: std::sync::Arc<crate::app::App>,
    _s: impl Future<Output = ()>,
) -> std::io::Result<()> {
    todo!()
}
