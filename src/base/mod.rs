//! Values that know nothing of the site: time, randomness, keys, addresses, numbers and their faults.

pub mod access_token;
pub mod base_path;
pub mod bounded;
pub mod caller;
pub mod clock;
pub mod column;
pub mod duration;
pub mod email;
pub mod error;
pub mod factor;
pub mod fault;
pub mod identity;
pub mod key;
pub mod keyring;
pub mod locale;
pub mod network;
pub mod permission;
pub mod phone;
pub mod quota;
pub mod random;
pub mod reach;
pub mod return_to;
pub mod role;
pub mod setting_fault;
pub mod spelling;
pub mod typed;
pub mod username;

pub use error::Error;
pub use setting_fault::SettingFault;
