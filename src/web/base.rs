//! Where clients reach us: the base of every absolute URL that we write.

use crate::publish::links::{BaseUrl, InvalidBaseUrl};
use crate::web::problem::{Code, Problem};

/// Where clients reach us.
#[derive(Debug)]
pub enum Base {
    /// `server.public_url`.
    Fixed(BaseUrl),
    /// Not configured: the scheme and the host that the request came to, as far as they are believed.
    OfRequest {
        /// `server.url_base`.
        url_base: String,
    },
}

impl Base {
    /// From the settings.
    pub fn new(public_url: Option<&url::Url>, url_base: &str) -> Result<Self, InvalidBaseUrl> {
        match public_url {
            Some(url) => BaseUrl::parse(url.as_str(), url_base).map(Self::Fixed),
            None => Ok(Self::OfRequest { url_base: url_base.to_owned() }),
        }
    }

    /// The base for a caller who came to this origin.
    pub fn for_origin(&self, origin: Option<&str>) -> Result<BaseUrl, Problem> {
        match self {
            Self::Fixed(base) => Ok(base.clone()),
            Self::OfRequest { url_base } => {
                let unusable = Code::BadRequest;
                let origin = origin.ok_or(unusable)?;
                Ok(BaseUrl::parse(origin, url_base).map_err(|_| unusable)?)
            }
        }
    }
}
