//! What goes wrong, and the one place where it becomes a status, a JSON error or a page. The cause of a 5xx is logged
//! here, once, and never told to the client.

use form_urlencoded::byte_serialize;
use http::header::{ALLOW, HOST, HeaderName, ORIGIN, REFERER, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::cx::RequestContext;
use super::reply::{self, Response};
use super::view::error::Reason;
use super::view::{self, Chrome};
use crate::flows::FlowError;
use crate::model::{FieldErrors, MovieId};

/// Why a request is not answered as it hoped.
#[derive(Debug)]
pub enum WebError {
    /// It cannot be read; with what is wrong.
    Malformed(String),
    /// Parameters cannot be read.
    BadParameters(FieldErrors),
    /// Nobody is signed in, or the API token does not count.
    Unauthenticated,
    /// Name and password do not go together.
    Refused,
    /// Whoever asks may not; with the reason.
    Forbidden(&'static str),
    /// The form was sent by a page of another site.
    OtherSite,
    /// The form's CSRF token is missing or of another session.
    FormExpired,
    /// The setup link is wrong, used up or replaced.
    SetupLinkUsed,
    /// No such address or movie.
    NotFound,
    /// The address takes other methods.
    MethodNotAllowed {
        /// Those that it takes.
        allow: String,
    },
    /// The body did not arrive in time.
    TooSlow,
    /// The same movie is there already.
    Exists(MovieId),
    /// The body is larger than so many bytes.
    TooLarge(usize),
    /// The body is of a type that is not read.
    UnsupportedType,
    /// The file is of a kind that is not taken.
    UnsupportedFile(FieldErrors),
    /// Values are out of bounds.
    Invalid(FieldErrors),
    /// Too many attempts; try again in so many seconds.
    TooMany(u64),
    /// The account has another upload or export under way.
    AlreadyRunning,
    /// As many uploads or exports run as may run at once.
    Full,
    /// A fault of this program or its machine; with the cause.
    Internal(String),
    /// It may work later; with the cause.
    Unavailable(String),
}

impl WebError {
    /// A request that cannot be read.
    pub fn malformed(what: &str) -> Self {
        Self::Malformed(what.to_owned())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) | Self::BadParameters(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::Refused => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::OtherSite | Self::FormExpired | Self::SetupLinkUsed => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Exists(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType | Self::UnsupportedFile(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) | Self::AlreadyRunning => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable(_) | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::BadParameters(_) => "malformed",
            Self::Unauthenticated | Self::Refused => "unauthenticated",
            Self::Forbidden(_) | Self::OtherSite | Self::FormExpired | Self::SetupLinkUsed => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::TooSlow => "too_slow",
            Self::Exists(_) => "exists",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedType | Self::UnsupportedFile(_) => "unsupported_type",
            Self::Invalid(_) => "invalid",
            Self::TooMany(_) => "too_many",
            Self::AlreadyRunning => "already_running",
            Self::Full => "busy",
            Self::Internal(_) => "internal",
            Self::Unavailable(_) => "unavailable",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Malformed(what) => what.clone(),
            Self::BadParameters(fields) | Self::Invalid(fields) | Self::UnsupportedFile(fields) => fields.to_string(),
            Self::Unauthenticated => "sign in, or send an API token: `Authorization: Bearer TOKEN`".to_owned(),
            Self::Refused => "the name or the password is wrong".to_owned(),
            Self::Forbidden(reason) => (*reason).to_owned(),
            Self::OtherSite => {
                "the form came from another site: `Origin` or `Referer` names another host than `Host`".to_owned()
            }
            Self::FormExpired => {
                "the form expired: its CSRF token is missing or of another session; load the page again".to_owned()
            }
            Self::SetupLinkUsed => {
                "the setup link is used up or wrong; the server prints a new one at its start".to_owned()
            }
            Self::NotFound => "there is nothing at this address".to_owned(),
            Self::MethodNotAllowed { allow } => format!("this address takes {allow}"),
            Self::TooSlow => "the body did not arrive in time".to_owned(),
            Self::Exists(id) => format!("movie {id} is the same movie; update it with `POST /manage/update`"),
            Self::TooLarge(limit) => format!("the body is larger than {} KiB", limit / 1024),
            Self::UnsupportedType => {
                "the body must be `application/json` or `application/x-www-form-urlencoded`".to_owned()
            }
            Self::TooMany(seconds) => format!("too many attempts; try again in {seconds} seconds"),
            Self::AlreadyRunning => {
                "another upload or export of this account is still running; wait until it is done".to_owned()
            }
            Self::Full => "as many uploads and exports run as may run at once; try again in a moment".to_owned(),
            Self::Internal(_) => "something went wrong here; the log has more under the request id".to_owned(),
            Self::Unavailable(_) => "this cannot be done at the moment; try again soon".to_owned(),
        }
    }

    /// What is wrong, by field.
    fn fields(&self) -> FieldErrors {
        match self {
            Self::BadParameters(fields) | Self::Invalid(fields) | Self::UnsupportedFile(fields) => fields.clone(),
            _ => FieldErrors::default(),
        }
    }

    /// The reply, and the log line of a fault.
    pub fn into_response(self, asked: &RequestContext) -> Response {
        let (status, id) = (self.status(), asked.connection.request_id.as_str());
        match &self {
            Self::Internal(cause) => tracing::error!(id, cause = %cause.escape_debug(), "a request failed"),
            Self::Unavailable(cause) => tracing::warn!(id, cause = %cause.escape_debug(), "a request must wait"),
            Self::OtherSite => {
                // Only visible ASCII is text in a header.
                let header = |name| asked.header(name).unwrap_or_default();
                tracing::warn!(
                    id, address = %asked.client(), host = header(HOST), origin = header(ORIGIN),
                    referer = header(REFERER), site = header(HeaderName::from_static("sec-fetch-site")),
                    "a form of another site was refused; if it is this site, the proxy must pass on `Host`"
                );
            }
            Self::Forbidden(_) | Self::FormExpired | Self::SetupLinkUsed => {
                tracing::info!(id, address = %asked.client(), cause = self.message(), "a request was forbidden");
            }
            _ => {}
        }
        let mut response = if asked.wants_json() {
            reply::json(asked, status, &self.to_json(id))
        } else if status == StatusCode::UNAUTHORIZED && asked.method == Method::GET && asked.names_html() {
            let next: String = byte_serialize(asked.address.as_bytes()).collect();
            reply::see_other(asked, &format!("/signin?next={next}"))
        } else {
            // What is not there has no address to be found under.
            let chrome = Chrome { site: None, ..asked.chrome() };
            reply::html(asked, status, view::error::page(&chrome, self.page(), self.reason(), &self.fields(), id))
        };
        if response.status() == StatusCode::UNAUTHORIZED {
            reply::set(&mut response, WWW_AUTHENTICATE, "Bearer realm=\"fmdb\"");
        }
        match &self {
            Self::MethodNotAllowed { allow } => reply::set(&mut response, ALLOW, allow),
            Self::TooMany(seconds) => reply::set(&mut response, RETRY_AFTER, &seconds.to_string()),
            Self::Unavailable(_) => reply::set(&mut response, RETRY_AFTER, "2"),
            Self::AlreadyRunning | Self::Full => reply::set(&mut response, RETRY_AFTER, "5"),
            _ => {}
        }
        response
    }

    /// The page that explains the status.
    fn page(&self) -> u16 {
        match self {
            Self::TooSlow => StatusCode::BAD_REQUEST.as_u16(),
            other => other.status().as_u16(),
        }
    }

    /// What the page says where the status alone says too little.
    fn reason(&self) -> Option<Reason> {
        match self {
            Self::OtherSite => Some(Reason::OtherSite),
            Self::FormExpired => Some(Reason::FormExpired),
            Self::SetupLinkUsed => Some(Reason::SetupLinkUsed),
            Self::AlreadyRunning => Some(Reason::AlreadyRunning),
            Self::Full => Some(Reason::Full),
            _ => None,
        }
    }

    fn to_json(&self, request_id: &str) -> Value {
        let mut error = Map::new();
        error.insert("code".to_owned(), self.code().into());
        error.insert("message".to_owned(), self.message().into());
        let FieldErrors(fields) = self.fields();
        if !fields.is_empty() {
            let fields = fields.iter().map(|(field, problem)| ((*field).to_owned(), problem.to_string().into()));
            error.insert("fields".to_owned(), Value::Object(fields.collect()));
        }
        match self {
            Self::Exists(id) => drop(error.insert("id".to_owned(), id.0.into())),
            Self::Internal(_) | Self::Unavailable(_) => {
                drop(error.insert("request_id".to_owned(), request_id.into()));
            }
            _ => {}
        }
        json!({ "error": error })
    }
}

impl From<FlowError> for WebError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::NotFound => Self::NotFound,
            FlowError::Invalid(fields) => Self::Invalid(fields),
            FlowError::WrongKind(fields) => Self::UnsupportedFile(fields),
            FlowError::Exists(id) => Self::Exists(id),
            FlowError::Refused => Self::Refused,
            FlowError::LastAdmin => Self::Forbidden("this is the last admin; make another account an admin first"),
            FlowError::TooMany(seconds) => Self::TooMany(seconds),
            FlowError::Unavailable(cause) => Self::Unavailable(cause),
            FlowError::Failed(cause) => Self::Internal(cause),
        }
    }
}
