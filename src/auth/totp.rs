//! Authenticator apps: codes of six digits that change every 30 seconds (RFC 6238, SHA-1, which every app computes).

use std::fmt::Write;

use qrcode::{Color, QrCode};
use totp_rs::{Algorithm, Builder, Secret};
use zeroize::Zeroizing;

use crate::{
    app::App,
    base::{Error, clock::Time, random::Random, typed},
    store::factors::FactorRow,
};

const PURPOSE: &str = "totp";
/// Seconds of a step, for which a code is computed.
const STEP: u64 = 30;
/// Steps before and after the present one whose codes count: clocks differ, and typing takes time.
const TOLERANCE: u16 = 1;
/// Steps within which a code shows that the clock of the phone is wrong.
const WRONG_CLOCK: u16 = 20;

/// Secret of an authenticator app: 160 bits.
pub struct AppSecret(Zeroizing<Vec<u8>>);

/// Result of comparing a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It is the code of this time step.
    Right(i64),
    /// It is the code of a time step up to ten minutes away.
    WrongClock,
    /// It is no code of the app.
    Wrong,
}

impl AppSecret {
    /// Generates one.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn generate(random: Random) -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(random.bytes::<20>()?.to_vec())))
    }

    /// Returns it sealed, for the database.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn seal(&self, app: &App) -> Result<Vec<u8>, Error> {
        app.keyring.seal(app.random, PURPOSE, &self.0)
    }

    /// Opens a sealed one; `None` if its secret key is gone.
    pub fn unseal(app: &App, sealed: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(app.keyring.open(PURPOSE, sealed).ok()?)))
    }

    fn secret(&self) -> Secret {
        Secret::new(self.0.as_slice().into())
    }

    fn builder(&self, tolerance: u16) -> Builder {
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(STEP);
        builder.with_skew(tolerance).with_secret(self.secret())
    }

    /// Compares a code as a person typed it.
    pub fn compare(&self, typed: &str, now: Time) -> Compared {
        let code = typed::crockford(typed);
        let seconds = u64::try_from(now.as_millis() / 1000).unwrap_or(0);
        let step = |tolerance| self.builder(tolerance).build().ok()?.check(&code, seconds);
        match step(TOLERANCE) {
            Some(step) => Compared::Right(i64::try_from(step).unwrap_or(i64::MAX)),
            None if step(WRONG_CLOCK).is_some() => Compared::WrongClock,
            None => Compared::Wrong,
        }
    }

    /// Returns it as text in base32, in groups of four, for who cannot scan.
    pub fn grouped(&self) -> String {
        let text = self.secret().to_base32();
        let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// Returns the address that an app opens, `otpauth://totp/…`, for an account of a site; `None` if their names are too
    /// strange for that.
    pub fn url(&self, site: &str, email: &str) -> Option<String> {
        // A colon would end the name of the site.
        let (site, email) = (site.replace(':', " "), email.replace(':', " "));
        let builder = self.builder(TOLERANCE).with_issuer(Some(site)).with_account_name(email);
        builder.build().ok()?.to_url().ok()
    }
}

/// A QR code as the path of an SVG whose units are modules.
pub struct QrPath {
    /// Modules on a side.
    pub size: usize,
    /// The dark modules, for the attribute `d`.
    pub path: String,
}

impl QrPath {
    /// Draws a text of up to some hundred characters; `None` if it is too long.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let (size, colors, mut path) = (code.width(), code.to_colors(), String::new());
        for (y, row) in colors.chunks(size).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, other| one == other) {
                if run[0] == Color::Dark {
                    _ = write!(path, "M{x} {y}h{}v1h-{0}z", run.len());
                }
                x += run.len();
            }
        }
        Some(Self { size, path })
    }
}

/// Compares a code with each app of an account, and returns the app and the time step whose code it is.
pub fn find<'a>(
    app: &App,
    factors: impl Iterator<Item = &'a FactorRow>,
    typed: &str,
) -> Result<(&'a FactorRow, i64), Compared> {
    let mut found = Compared::Wrong;
    for factor in factors {
        let Some(secret) = AppSecret::unseal(app, &factor.secret) else { continue };
        match secret.compare(typed, app.now()) {
            Compared::Right(step) => return Ok((factor, step)),
            Compared::WrongClock => found = Compared::WrongClock,
            Compared::Wrong => {}
        }
    }
    Err(found)
}
