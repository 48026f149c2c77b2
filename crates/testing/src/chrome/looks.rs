//! What every page has to look like: it fits each width, and axe-core finds nothing wrong with it, in light and in dark.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::Chrome;
use crate::root;

/// Where `scripts/axe` puts it.
const AXE: &str = "target/tools/axe.min.js";
/// Runs every rule, those too that are best practices, experiments, or of WCAG's strictest level.
const RUN: &str =
    "axe.run(document, { runOnly: axe.getRules().map(({ ruleId }) => ruleId), resultTypes: ['violations'] })
    .then(({ violations }) => violations.map(({ id, nodes }) =>
        [id, ...nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)]))";
/// Widths in pixels: the narrowest that is promised, a phone, and a desk.
const WIDTHS: [u32; 3] = [320, 360, 1280];

/// How a browser's pages are looked at.
pub struct Looks {
    axe: String,
    /// Folder for screenshots, if somebody wants to see the pages.
    shots: Option<PathBuf>,
}

impl Looks {
    /// Prepares to look at the pages of the journey `name`, or says what is missing.
    pub fn prepare(name: &str) -> Result<Looks, String> {
        let axe = fs::read_to_string(root().join(AXE));
        let axe = axe.map_err(|error| format!("axe-core, which scripts/axe brings: {error}"))?;
        let shots = env::var_os("LATCHKEY_TEST_SCREENSHOTS").map(|folder| PathBuf::from(folder).join(name));
        if let Some(folder) = &shots {
            fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        }
        Ok(Looks { axe, shots })
    }
}

impl Chrome {
    /// Looks at the page at each width, in light and in dark; screenshots go to the folder `LATCHKEY_TEST_SCREENSHOTS`.
    pub async fn look(&self, name: &str) {
        let Some(looks) = &self.looks else { return };
        self.evaluate(&looks.axe).await;
        for width in WIDTHS {
            let size =
                json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 1000 });
            self.native("Emulation.setDeviceMetricsOverride", size).await;
            let wide = self.evaluate("document.documentElement.scrollWidth").await;
            let wide = wide.as_u64().expect("a number");
            assert!(wide <= u64::from(width), "{name} is {wide} wide on a screen of {width}");
            if width == WIDTHS[0] {
                continue;
            }
            for scheme in ["light", "dark"] {
                self.emulate(scheme).await;
                let found = self.evaluate(RUN).await;
                assert_eq!(found, json!([]), "{name}, {scheme}, {width} wide: axe-core finds {found:#}");
                if let Some(folder) = &looks.shots {
                    self.shoot(&folder.join(format!("{name}-{width}-{scheme}.png"))).await;
                }
            }
        }
        self.emulate("").await;
    }

    /// Takes a screenshot of the whole page.
    async fn shoot(&self, file: &Path) {
        let picture = self.native("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        let bytes = STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("base64");
        fs::write(file, bytes).expect("written");
    }

    /// Shows pages in `scheme`, and at once: a colour on its way to another is neither.
    async fn emulate(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.native("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Value of an expression, or of what it promises.
    async fn evaluate(&self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.native("Runtime.evaluate", asked).await;
        assert!(answer.get("exceptionDetails").is_none(), "{answer:#}");
        answer["result"]["value"].clone()
    }
}
