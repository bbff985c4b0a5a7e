//! What a person does at the self-service terminal, with a finger on the glass and nothing else.

use super::hall::Hall;
use serde_json::{Value, json};
use yuyue_tests::screen::Screen;
use yuyue_tests::window::Window;

/// 张例三, who may book subject 3.
pub const ZHANG: Person = Person { name: "张例三", number: "500900199604150033", phone: "10000000001" };
/// 李例优, who may book with priority.
pub const LI: Person = Person { name: "李例优", number: "500900199604150041", phone: "10000000002" };
/// 周例候, whose application waits for its publication.
pub const ZHOU: Person = Person { name: "周例候", number: "500900199604150172", phone: "10000000008" };
/// 林例末, who may book subject 4.
pub const LIN: Person = Person { name: "林例末", number: "500900199604150367", phone: "10000000018" };
/// 吴例成, who has a place.
pub const WU: Person = Person { name: "吴例成", number: "500900199604150180", phone: "10000000009" };

/// 下一步 and its like, at the lower right.
pub const FORWARD: &str = ".k-act .k-btn:last-child:not([disabled])";
/// 结束办理.
const LEAVE: &str = ".k-util .k-btn:first-child";
/// Whoever sees nothing happen touches again: after so many looks at the page.
const LOOKS: u32 = 20;

/// Somebody of the invented city.
pub struct Person {
    pub name: &'static str,
    pub number: &'static str,
    pub phone: &'static str,
}

/// What is on the home screen, in its order.
#[derive(Clone, Copy)]
pub enum Tile {
    Book = 0,
    Progress = 1,
    Voucher = 2,
    Withdraw = 3,
    Sessions = 4,
    Results = 5,
    Offices = 6,
    Guide = 7,
}

/// Somebody in front of a terminal.
pub struct Visitor<'a> {
    pub window: &'a Window,
    pub screen: &'a Screen,
    pub hall: &'a Hall,
}

impl Visitor<'_> {
    /// Waits until the home screen is there and nobody's visit is open.
    pub async fn at_home(&self) {
        self.sees(".kiosk main[data-page=home] .k-tile", 8).await;
        self.sees(".k-util.at-home", 1).await;
    }

    /// Waits for a step of the booking.
    pub async fn at_step(&self, step: &str) {
        self.sees(&format!(".kiosk main[data-step={step}]"), 1).await;
    }

    /// Waits until at least so many elements fit a CSS selector.
    pub async fn sees(&self, css: &str, count: usize) {
        let what = format!("{count} of `{css}`");
        self.window.wait_for(&what, async || (self.count(css).await? >= count).then_some(())).await;
    }

    /// How many elements fit a CSS selector; none when the page is being loaded.
    pub async fn count(&self, css: &str) -> Option<usize> {
        let counted = self.ask("return document.querySelectorAll(arguments[0]).length", vec![json!(css)]).await?;
        counted.as_u64().and_then(|count| usize::try_from(count).ok())
    }

    /// What the first element says that fits a CSS selector.
    pub async fn text_of(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.textContent ?? null";
        let text = async || self.ask(script, vec![json!(css)]).await?.as_str().map(str::to_owned);
        self.window.wait_for(css, text).await
    }

    /// What the page answers; none when it is being loaded.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Option<Value> {
        self.window.page.execute(script, arguments).await.ok()
    }

    /// Touches the first button that fits a CSS selector until at least `count` elements fit `then`.
    pub async fn touch_until(&self, css: &str, then: &str, count: usize) {
        let script = "const [css, then, count] = arguments; \
            if (document.querySelectorAll(then).length >= count) return true; \
            if (document.querySelector('.kiosk[data-busy=true]')) return null; \
            const shown = [...document.querySelectorAll(css)].find((button) => !button.disabled); \
            const box = shown?.getBoundingClientRect(); \
            return box ? [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)] : null";
        let what = format!("{count} of `{then}` after touching `{css}`");
        let mut looks = 0;
        self.window
            .wait_for(&what, async || {
                let answer = self.ask(script, vec![json!(css), json!(then), json!(count)]).await?;
                if answer == json!(true) {
                    return Some(());
                }
                if let Ok((x, y)) = serde_json::from_value(answer) {
                    if looks == 0 {
                        self.screen.tap((x, y));
                    }
                    looks = (looks + 1) % LOOKS;
                }
                None
            })
            .await;
    }

    /// As [`Self::touch_until`], until one element is there.
    pub async fn touch(&self, css: &str, then: &str) {
        self.touch_until(css, then, 1).await;
    }

    /// Where the middle of the first element is that fits a CSS selector.
    pub async fn middle(&self, css: &str) -> (u32, u32) {
        let script = "const box = document.querySelector(arguments[0])?.getBoundingClientRect(); \
            return box ? [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)] : null";
        self.window.wait_for(css, async || serde_json::from_value(self.ask(script, vec![json!(css)]).await?).ok()).await
    }

    /// Waits until the page has drawn itself anew.
    pub async fn draws(&self) {
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(null)));";
        self.window.wait_for("the page", async || self.window.page.execute_async(drawn, vec![]).await.ok()).await;
    }

    /// Chooses a service on the home screen.
    pub async fn chooses(&self, tile: Tile, then: &str) {
        self.at_home().await;
        self.touch(&format!(".k-tiles > :nth-child({})", tile as u32 + 1), then).await;
    }

    /// Types on the keys of the screen; `shown` fits what shows how much was typed, one element or letter for each.
    pub async fn types(&self, keys: &str, shown: &str) {
        let script = "const [shown] = arguments; const all = [...document.querySelectorAll(shown)]; \
            return all.map((part) => part.textContent).join('').trim().length";
        let typed = async || self.ask(script, vec![json!(shown)]).await?.as_u64();
        let before = self.window.wait_for(shown, typed).await;
        let key = async |key: char| {
            let find = "const key = [...document.querySelectorAll('.k-key')].find((one) => one.textContent === arguments[0]); \
                const box = key?.getBoundingClientRect(); return box ? [Math.round(box.x + 40), Math.round(box.y + 30)] : null";
            let place = async || serde_json::from_value(self.ask(find, vec![json!(key)]).await?).ok();
            self.window.wait_for("a key", place).await
        };
        for (wanted, value) in (before + 1..).zip(keys.chars()) {
            let at = key(value).await;
            let mut looks = 0;
            self.window
                .wait_for("what was typed", async || {
                    let now = typed().await?;
                    // The first touch may have been meant for the screen before; whoever types looks at the digits.
                    if now < wanted && looks == 0 {
                        self.screen.tap(at);
                    }
                    looks = (looks + 1) % LOOKS;
                    assert!(now <= wanted, "no key is typed twice");
                    (now == wanted).then_some(())
                })
                .await;
        }
    }

    /// Types the number of the card and goes on to the code.
    pub async fn types_number(&self, person: &Person) {
        if self.count(".kiosk main[data-page=card]").await == Some(1) {
            self.touch(".type", ".kiosk main[data-page=number]").await;
        }
        self.sees(".kiosk main[data-page=number] .k-key", 12).await;
        self.types(person.number, ".groups span").await;
        self.touch(FORWARD, ".kiosk main[data-page=code]").await;
    }

    /// Types the six digits of a code.
    pub async fn types_code(&self, code: &str) {
        self.sees(".k-digits i", 6).await;
        self.types(code, ".k-digits i").await;
    }

    /// Reads the code from the simulated phone, which the training edition shows beside the field; `before` is the last one.
    pub async fn reads_code(&self, before: &str) -> String {
        self.window
            .wait_for("a new code on the simulated phone", async || {
                let script = "return document.querySelector('.message')?.innerText ?? null";
                let text = self.ask(script, vec![]).await?;
                let digits =
                    text.as_str()?.split(|letter: char| !letter.is_ascii_digit()).find(|part| part.len() == 6)?;
                (digits != before).then(|| digits.to_owned())
            })
            .await
    }

    /// Says who it is by number and code, and sees what was chosen; answers the code.
    pub async fn identifies(&self, person: &Person, then: &str) -> String {
        self.types_number(person).await;
        let code = self.reads_code("").await;
        self.types_code(&code).await;
        self.touch(FORWARD, then).await;
        code
    }

    /// Lays the card of an invented person on the simulated reader: of one whom the training edition offers on its screen
    /// by touch, of everybody else as somebody would who has the card.
    pub async fn lays_card(&self, person: &Person, then: &str) {
        self.sees(".cards .k-btn", 2).await;
        let find = "const [name] = arguments; const all = [...document.querySelectorAll('.cards .k-btn')]; \
            return all.findIndex((button) => button.textContent.includes(name)) + 1";
        let place = self.ask(find, vec![json!(person.name)]).await.and_then(|place| place.as_u64()).unwrap();
        if place > 0 {
            self.touch(&format!(".cards .k-btn:nth-child({place})"), then).await;
        } else {
            let lay = "window.__TAURI_INTERNALS__.invoke('training_card', { query: arguments[0] })";
            self.ask(lay, vec![json!(person.name)]).await;
            self.sees(then, 1).await;
        }
    }

    /// 业务须知 or 优先预约业务须知: turns to the last page and agrees.
    pub async fn agrees(&self, then: &str) {
        self.at_step("notice").await;
        self.touch(".turn .k-btn:last-child", FORWARD).await;
        self.touch(FORWARD, &format!(".kiosk main[data-step={then}]")).await;
    }

    /// 选择场次: asks (查询) and chooses so many sessions.
    pub async fn picks(&self, count: usize) {
        self.at_step("sessions").await;
        self.touch(".query .primary", ".k-pick").await;
        for number in 1..=count {
            let next = ".k-pick:not([disabled], [aria-pressed=true])";
            self.touch_until(next, ".k-pick[aria-pressed=true]", number).await;
        }
    }

    /// 确认并提交: has a code sent, types it and books; `before` is the last code.
    pub async fn confirms(&self, before: &str) {
        self.at_step("confirm").await;
        self.touch(".send .k-btn", ".k-digits .turn").await;
        let code = self.reads_code(before).await;
        self.types_code(&code).await;
        self.touch(FORWARD, ".kiosk main[data-step=done]").await;
    }

    /// Cuts the line of the training edition, or mends it.
    pub async fn set_line(&self, connected: bool) {
        self.ask(
            "window.__TAURI_INTERNALS__.invoke('training_set_line', { connected: arguments[0] })",
            vec![json!(connected)],
        )
        .await;
    }

    /// Has the city do what the training edition has a button for at a counter, such as the next publication.
    pub async fn trains(&self, command: &str) {
        let invoke = "const [command, done] = arguments; \
            window.__TAURI_INTERNALS__.invoke(command).then(() => done(null), (error) => done(error.code))";
        let refused = self.window.page.execute_async(invoke, vec![json!(command)]).await.unwrap();
        assert_eq!(refused, Value::Null, "{command}");
    }

    /// 结束办理.
    pub async fn leaves(&self) {
        self.touch(LEAVE, ".k-util.at-home").await;
        self.at_home().await;
    }

    /// All that the page shows, hidden or not.
    pub async fn page_text(&self) -> String {
        let script = "return document.documentElement.textContent";
        self.window.wait_for("the page", async || self.ask(script, vec![]).await?.as_str().map(str::to_owned)).await
    }
}
