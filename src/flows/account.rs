use crate::app::App;
pub fn new_setup_link(app: &App) -> Result<Option<String>, super::FlowError> {
    todo!()
}
