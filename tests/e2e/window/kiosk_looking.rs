//! What anybody may look up at a terminal, page by page, there and back, and what is read aloud of it.

use super::hall::VOICE;
use super::kiosk::{PORTRAIT, visit};
use super::visitor::{FORWARD, Tile, Visitor};
use std::collections::BTreeSet;

/// Pages of a long list that somebody turns to.
const PAGES_MAX: usize = 4;
/// 返回, at the lower left.
const BACK: &str = ".k-act .k-btn:first-child";
/// 首页.
const HOME: &str = ".k-util:not(.at-home) .k-btn:first-child";
/// English.
const LANGUAGE: &str = ".k-util .k-btn:nth-child(3)";
/// 朗读.
pub const ALOUD: &str = ".k-util .k-btn:nth-child(4)";

/// The rows of the list that is shown.
async fn rows(visitor: &Visitor<'_>) -> Option<Vec<String>> {
    let script = "return [...document.querySelectorAll('.k-list > *')].map((row) => row.innerText)";
    serde_json::from_value(visitor.ask(script, vec![]).await?).ok()
}

/// Waits for a list that is not empty and not the one of before.
async fn other_rows(visitor: &Visitor<'_>, before: &[String]) -> Vec<String> {
    let look = async || rows(visitor).await.filter(|rows| !rows.is_empty() && rows != before);
    visitor.window.wait_for("another list", look).await
}

/// How many pages the list that is shown has.
async fn page_count(visitor: &Visitor<'_>) -> usize {
    let script = "return document.querySelector('.k-pages .count')?.textContent ?? '1/1'";
    let count = visitor.window.wait_for("the number of pages", async || visitor.ask(script, vec![]).await).await;
    count.as_str().and_then(|count| count.split('/').nth(1)?.parse().ok()).unwrap()
}

/// Turns to the following pages of a list and back to the first; answers the rows that were seen, each once.
async fn turns_pages(visitor: &Visitor<'_>) -> Vec<String> {
    let first = other_rows(visitor, &[]).await;
    let (all, mut page, mut seen) = (page_count(visitor).await, first.clone(), first.clone());
    let last = all.min(PAGES_MAX);
    let shows = |number: usize| format!(".k-pages .count[aria-label^='第 {number} 页']");
    for number in 2..=last {
        visitor.touch(".k-pages .k-btn:last-child", &shows(number)).await;
        page = other_rows(visitor, &page).await;
        seen.extend_from_slice(&page);
    }
    if all == last && all > 1 {
        assert_eq!(
            visitor.count(".k-pages .k-btn:last-child:disabled").await,
            Some(1),
            "nothing follows the last page"
        );
    }
    for number in (1..last).rev() {
        visitor.touch(".k-pages .k-btn:first-child", &shows(number)).await;
    }
    let is_first = async || rows(visitor).await.filter(|rows| *rows == first);
    visitor.window.wait_for("the first page again", is_first).await;
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "no row stands on two pages: {seen:?}");
    seen
}

/// 返回 to the home screen.
async fn goes_back(visitor: &Visitor<'_>) {
    visitor.touch(BACK, ".k-util.at-home").await;
    visitor.at_home().await;
}

/// 考场与场次, 结果公布, 预约指南 and 车管所, each from the home screen and back to it; `guide` has a part of each page of
/// the guide.
pub async fn looks_around(visitor: &Visitor<'_>, guide: &[&str]) {
    // While nobody has touched the terminal yet: whoever had would be gone after the days that pass.
    for _ in 0..2 {
        visitor.trains("training_publish_now").await;
    }
    looks_for_sessions(visitor).await;
    looks_for_results(visitor).await;

    visitor.chooses(Tile::Guide, ".kiosk main[data-page=guide]").await;
    for (page, part) in guide.iter().enumerate() {
        if page > 0 {
            visitor.touch(FORWARD, part).await;
        }
        visitor.sees(part, 1).await;
        visitor.window.screenshot(&format!("guide-{}", page + 1)).await;
    }
    visitor.sees(".k-act .k-btn.primary", 1).await;
    for part in guide.iter().rev().skip(1) {
        visitor.touch(BACK, part).await;
    }
    goes_back(visitor).await;

    visitor.chooses(Tile::Offices, ".kiosk main[data-page=offices]").await;
    let offices = turns_pages(visitor).await;
    visitor.window.screenshot("offices").await;
    assert_eq!(offices.len(), 15, "every office is there");
    assert!(offices[0].contains("渝北") && offices[0].contains("您在这里"), "first the one in which it stands");
    goes_back(visitor).await;
}

/// 考场与场次: the sessions of another subject than the first one, and the sites.
async fn looks_for_sessions(visitor: &Visitor<'_>) {
    visitor.chooses(Tile::Sessions, ".kiosk main[data-page=sessions]").await;
    visitor.touch(".filters > .k-btn:first-child", "[role=radio]").await;
    visitor.touch("[role=radio]:nth-child(3)", ".filters").await;
    visitor.window.find_text(".filters > .k-btn:first-child b", "科目三").await;
    visitor.touch(".query .primary", ".k-list > li").await;
    let sessions = turns_pages(visitor).await;
    visitor.window.screenshot("sessions").await;
    assert!(sessions.iter().all(|session| session.contains("公示")), "each says when it is published");
    // The month and the day of each closing, in a city whose year does not end meanwhile.
    let closing = |session: &String| -> Option<(u32, u32)> {
        let (month, rest) = session.split_once("截止")?.1.split_once('月')?;
        Some((month.trim().parse().ok()?, rest.split_once('日')?.0.parse().ok()?))
    };
    let now = "const done = arguments[0]; \
        window.__TAURI_INTERNALS__.invoke('app_state').then(({ now }) => done([+now.slice(5, 7), +now.slice(8, 10)]))";
    let today: (u32, u32) =
        serde_json::from_value(visitor.window.page.execute_async(now, vec![]).await.unwrap()).unwrap();
    for session in &sessions {
        let closes = closing(session).unwrap_or_else(|| panic!("it says when it closes: {session}"));
        assert!(closes >= today, "none has closed yet, an extended one neither: {session}");
    }
    let sites = ".k-modes .k-btn:last-child";
    visitor.touch(sites, &format!("{sites}[aria-pressed=true]")).await;
    visitor.window.screenshot("sites").await;
    assert!(turns_pages(visitor).await.iter().any(|site| site.contains("翠屏样例考场")), "sites stand there by name");
    goes_back(visitor).await;
}

/// 结果公布: the sessions of a publication, those of another day, and where to find what became of oneself.
async fn looks_for_results(visitor: &Visitor<'_>) {
    visitor.chooses(Tile::Results, ".kiosk main[data-page=results] .k-list").await;
    let newest = turns_pages(visitor).await;
    let first = other_rows(visitor, &[]).await;
    visitor.window.screenshot("results").await;
    assert!(newest.iter().all(|session| session.contains("成功")), "each session says how many got a place");
    visitor.touch(".day .k-btn", "[role=radio]").await;
    turns_pages(visitor).await;
    visitor.touch("[role=radio]:nth-child(2)", ".day").await;
    // Another day has other sessions.
    other_rows(visitor, &first).await;
    // Lists of names are nothing that a terminal keeps: nothing here leads to one.
    assert_eq!(visitor.count(".k-list button").await, Some(0), "no session can be opened");
    visitor.touch(FORWARD, ".kiosk main[data-page=card]").await;
    visitor.touch(HOME, ".k-util.at-home").await;
    visitor.chooses(Tile::Results, ".kiosk main[data-page=results] .k-list").await;
    goes_back(visitor).await;
}

/// What a screen shows, without spaces.
async fn shown(visitor: &Visitor<'_>) -> String {
    let script = "return document.querySelector('.kiosk main').innerText";
    let text = async || visitor.ask(script, vec![]).await?.as_str().map(bare);
    visitor.window.wait_for("the screen", text).await
}

/// Without spaces, and without the ends of thoughts that are only heard.
fn bare(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '。' && *letter != '\u{200b}').collect()
}

/// Has the screen read aloud; answers how the voice was called and what it read.
async fn listens(visitor: &Visitor<'_>) -> (String, String) {
    visitor.touch(ALOUD, ".k-util .k-btn:nth-child(4)[aria-pressed=true]").await;
    let (called, text) = visitor.window.wait_for("the voice", async || visitor.hall.hears()).await;
    (called, bare(&text))
}

/// Whether something is being read aloud.
fn speaks(visitor: &Visitor<'_>) -> bool {
    visitor.window.computer.programs().contains(VOICE)
}

/// Waits until nothing is read aloud any more.
async fn falls_silent(visitor: &Visitor<'_>) {
    visitor.window.wait_for("silence", async || (!speaks(visitor)).then_some(())).await;
}

#[tokio::test]
async fn somebody_looks_up_what_everybody_may_know_and_has_it_read_aloud() {
    visit("kiosk-looks", PORTRAIT, async |visitor| {
        looks_around(visitor, &[".heads", ".cards"]).await;

        let at_home = shown(visitor).await;
        let (called, heard) = listens(visitor).await;
        assert_eq!(
            called, "--stdin -m -v cmn-latn-pinyin -s 150",
            "in Chinese, and what it reads stands in no list of processes"
        );
        assert_eq!(heard, at_home, "what the screen shows is read, and all of it");
        assert!(speaks(visitor), "until somebody has had enough");
        visitor.touch(ALOUD, ".k-util .k-btn:nth-child(4)[aria-pressed=false]").await;
        falls_silent(visitor).await;

        listens(visitor).await;
        visitor.chooses(Tile::Guide, ".kiosk main[data-page=guide]").await;
        falls_silent(visitor).await;
        visitor.touch(FORWARD, ".cards").await;
        visitor.touch(LANGUAGE, "html[lang=en]").await;
        let guide = shown(visitor).await;
        let (called, heard) = listens(visitor).await;
        assert_eq!((called.as_str(), heard), ("--stdin -m -v en -s 150", guide), "and in English when the screen is");
        visitor.touch(LANGUAGE, "html[lang=zh-CN]").await;
        falls_silent(visitor).await;

        visitor.hall.removes_voice();
        visitor.touch(ALOUD, ".tell .k-note.bad").await;
        visitor.window.find_text(".tell .k-note", "没有安装语音。请到窗口，工作人员会为您读。").await;
        visitor.window.screenshot("no-voice").await;
        assert_eq!(visitor.count(".k-util .k-btn:nth-child(4)[aria-pressed=true]").await, Some(0), "nothing is read");
        visitor.touch(HOME, ".k-util.at-home").await;
    })
    .await;
}
