//! A page in headless Chromium.

use std::time::{Duration, Instant};

use seatrial_reports::html::{self, Film};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::chromium::Chromium;

/// A page that is open.
pub(crate) struct Page {
    chromium: Chromium,
    file: NamedTempFile,
    written_in: Duration,
}

/// Set where a browser is to be there.
const DEMAND: &str = "SEATRIAL_TOOLS";

impl Page {
    /// The page of these runs, once its script has run to the end; nothing where there is no browser.
    pub(crate) fn of(films: &[Film<'_>]) -> Option<Self> {
        let mut page = Self::open(films, true)?;
        page.wait_for("document.documentElement.dataset.ready === 'yes'");
        page.eval(
            "window.errors = []; addEventListener('error', event => errors.push(event.message)); 0",
        );
        Some(page)
    }

    /// The page where no script runs.
    pub(crate) fn without_scripts(films: &[Film<'_>]) -> Option<Self> {
        Self::open(films, false)
    }

    fn open(films: &[Film<'_>], scripts: bool) -> Option<Self> {
        let Some(mut chromium) = Chromium::start() else {
            assert!(
                std::env::var_os(DEMAND).is_none(),
                "{DEMAND} is set, and there is no Chromium"
            );
            eprintln!("no Chromium: nothing was tried; install one, or set {DEMAND} to fail");
            return None;
        };
        let begun = Instant::now();
        let text = html::run(films);
        let written_in = begun.elapsed();
        let file = tempfile::Builder::new().suffix(".html").tempfile().expect("a file");
        std::fs::write(file.path(), text).expect("the page is written");
        chromium.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !scripts }));
        chromium.open(&format!("file://{}", file.path().display()));
        Some(Self { chromium, file, written_in })
    }

    /// Makes the window so large.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.chromium.call("Emulation.setDeviceMetricsOverride", &size);
        self.settle();
    }

    /// What an expression comes to, as text; what it changes is drawn by then.
    pub(crate) fn eval(&mut self, expression: &str) -> String {
        let told = self.chromium.evaluate(expression);
        self.settle();
        match told {
            Value::String(text) => text,
            Value::Null => String::new(),
            value => value.to_string(),
        }
    }

    /// Lets the browser draw.
    fn settle(&mut self) {
        self.chromium.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))",
        );
    }

    fn wait_for(&mut self, condition: &str) {
        let begun = Instant::now();
        while self.eval(condition) != "true" {
            assert!(begun.elapsed() < Duration::from_secs(60), "never came: {condition}");
        }
    }

    /// The text of what a selector finds first.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        self.eval(&format!("document.querySelector({selector:?})?.textContent ?? ''"))
    }

    /// The page as it stands now, be there scripts or not.
    pub(crate) fn source(&mut self) -> String {
        let document = self.chromium.call("DOM.getDocument", &json!({}));
        let root = &document["root"]["nodeId"];
        let html = self.chromium.call("DOM.getOuterHTML", &json!({ "nodeId": root }));
        html["outerHTML"].as_str().expect("the page's text").to_owned()
    }

    /// Presses the mouse on an element.
    pub(crate) fn click(&mut self, selector: &str) {
        let of = format!("document.querySelector({selector:?})");
        self.eval(&format!("{of}.scrollIntoView({{ block: 'center' }})"));
        let mut at = |axis: &str, size: &str| {
            self.number(&format!("(() => {{ const box = {of}.getBoundingClientRect(); return box.{axis} + box.{size} / 2; }})()"))
        };
        let (x, y) = (at("left", "width"), at("top", "height"));
        self.mouse(x, y);
    }

    /// Presses the mouse on an act of the first run.
    pub(crate) fn click_act(&mut self, act: &str) {
        self.eval(&format!("views[0].diagram.reveal({act})"));
        self.eval("document.querySelector('.stage').scrollIntoView()");
        let mut at = |axis: &str, of: &str| {
            let place =
                "const box = views[0].scroll.getBoundingClientRect(), d = views[0].diagram;";
            self.number(&format!("(() => {{ {place} return box.{axis} + {of}; }})()"))
        };
        let x = at("left", &format!("d.x[films[0].lane[{act}]]"));
        let y = at("top", &format!("d.y({act})"));
        self.mouse(x, y);
    }

    fn number(&mut self, expression: &str) -> f64 {
        self.eval(expression).parse().expect("a number")
    }

    fn mouse(&mut self, x: f64, y: f64) {
        for kind in ["mousePressed", "mouseReleased"] {
            let click = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.chromium.call("Input.dispatchMouseEvent", &click);
        }
        self.settle();
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        let mut down = json!({ "type": "keyDown", "key": key, "code": key });
        if key.chars().count() == 1 {
            down["text"] = key.into();
        }
        self.chromium.call("Input.dispatchKeyEvent", &down);
        self.chromium
            .call("Input.dispatchKeyEvent", &json!({ "type": "keyUp", "key": key, "code": key }));
        self.settle();
    }

    /// Types where the cursor is.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.chromium.call("Input.insertText", &json!({ "text": text }));
        self.settle();
    }

    /// What scripts have thrown since the page was loaded.
    pub(crate) fn errors(&mut self) -> String {
        self.eval("errors.join('; ')")
    }

    /// Bytes of the page.
    pub(crate) fn size(&self) -> u64 {
        self.file.as_file().metadata().expect("the page's file").len()
    }

    /// How large it is, how long it took to write, and what the browser measured.
    pub(crate) fn speed(&mut self) -> String {
        let paint = self.eval(
            "performance.getEntriesByType('paint').map(entry => `${entry.name} ${Math.round(entry.startTime)} ms`).join(', ')",
        );
        let load = self.eval(
            "Math.round(performance.timing.loadEventEnd - performance.timing.navigationStart)",
        );
        let mb = self.size() / 1_000_000;
        format!("{mb} MB, written in {:?}; {paint}; loaded after {load} ms", self.written_in)
    }
}
