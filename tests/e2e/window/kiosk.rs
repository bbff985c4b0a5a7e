//! 自助终端: a walk-in applicant does it alone, standing and lying, in both languages and in 长者模式, by touch.

use super::hall::Hall;
use super::kiosk_looking::looks_around;
use super::visitor::{FORWARD, LI, Tile, Visitor, WU, ZHANG, ZHOU};
use yuyue_tests::screen::Screen;
use yuyue_tests::window::{Edition, Trial};

/// Standing.
pub const PORTRAIT: (u32, u32) = (1080, 1920);
/// Lying.
pub const LANDSCAPE: (u32, u32) = (1920, 1080);

/// Opens the terminal of the training edition on a screen of that size.
pub async fn visit(name: &str, size: (u32, u32), test: impl AsyncFnOnce(&Visitor<'_>)) {
    visit_in(Hall::new(), name, size, test).await;
}

/// As [`visit`], in a hall that was prepared for it.
pub async fn visit_in(hall: Hall, name: &str, (width, height): (u32, u32), test: impl AsyncFnOnce(&Visitor<'_>)) {
    let screen = Screen::start(width, height);
    hall.holds(Trial::of_kiosk(Edition::Training, name, &screen))
        .run(async |window| {
            let visitor = Visitor { window, screen: &screen, hall: &hall };
            visitor.at_home().await;
            test(&visitor).await;
        })
        .await;
}

#[tokio::test]
async fn somebody_books_chosen_sessions_standing() {
    visit("kiosk-choose", PORTRAIT, async |visitor| {
        visitor.window.screenshot("1-home").await;
        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        let code = visitor.identifies(&ZHANG, ".kiosk main[data-step=subject]").await;
        visitor.window.screenshot("2-subject").await;
        visitor.touch(FORWARD, ".kiosk main[data-step=notice]").await;
        visitor.agrees("sessions").await;
        asks_for_one_week_and_one_site(visitor).await;
        visitor.picks(2).await;
        visitor.window.screenshot("3-sessions").await;
        visitor.touch(FORWARD, ".kiosk main[data-step=confirm]").await;
        visitor.window.screenshot("4-confirm").await;
        visitor.hall.breaks("print_out_of_paper");
        visitor.confirms(&code).await;
        visitor.window.find_text("h1", "预约申请已受理").await;
        visitor.sees(".sheet svg", 1).await;
        visitor.window.find_text(".paper .k-note", "打印机缺纸。").await;
        visitor.window.find_text(".paper .k-note", "您的预约不受影响。请到人工窗口补打").await;
        visitor.window.screenshot("5-no-paper").await;
        visitor.hall.mends();
        visitor.touch(".k-act .k-btn:first-child", ".kiosk main[data-printing=done]").await;
        visitor.window.find_text(".state", "已打印").await;
        visitor.window.screenshot("6-accepted").await;
        assert!(
            visitor.page_text().await.contains("不是考试"),
            "the publication day is said not to be the day of the test"
        );
        visitor.leaves().await;
    })
    .await;
}

/// 选择场次: changes 考试日期 and 考试地点, and sees what there is only after 查询.
async fn asks_for_one_week_and_one_site(visitor: &Visitor<'_>) {
    visitor.touch(".query .k-btn:nth-child(1)", ".days button").await;
    visitor.touch(".k-act .k-btn:first-child", ".query").await;
    visitor.touch(".query .k-btn:nth-child(1)", ".days button").await;
    // The second week of the calendar, which has begun with the week of today.
    visitor.touch(".days button:nth-of-type(8)", ".k-act .k-btn.primary[disabled]").await;
    visitor.touch(".days button:nth-of-type(14)", FORWARD).await;
    visitor.window.screenshot("3-dates").await;
    visitor.touch(FORWARD, ".query").await;
    assert_eq!(visitor.text_of(".query .k-btn:nth-child(1) b").await, "11/9–11/15", "the week that was chosen");

    visitor.touch(".query .k-btn:nth-child(2)", ".k-pick").await;
    // The one near the office is chosen from the start; another one takes its place.
    visitor.touch(".k-pick:nth-child(2)", ".k-pick:nth-child(2)[aria-pressed=true]").await;
    visitor.touch(".k-pick:nth-child(1)", ".k-pick:nth-child(1)[aria-pressed=false]").await;
    let site = visitor.text_of(".k-pick:nth-child(2) b").await;
    visitor.window.screenshot("3-sites").await;
    visitor.touch(FORWARD, ".query").await;
    assert_eq!(visitor.text_of(".query .k-btn:nth-child(2) b").await, site, "the site that was chosen");
    assert_eq!(visitor.count(".k-list").await, Some(0), "nothing is listed before it is asked for");

    visitor.touch(".query .primary", ".k-pick").await;
    let rows = "return [...document.querySelectorAll('.k-pick')].map((row) => row.innerText)";
    let rows: Vec<String> = serde_json::from_value(visitor.ask(rows, vec![]).await.unwrap()).unwrap();
    let is_in_week = |row: &&String| (9..=15).any(|day| row.contains(&format!("11月{day}日 周")));
    assert!(rows.iter().all(|row| row.contains(&site)), "each at that site: {rows:?}");
    assert_eq!(rows.iter().filter(is_in_week).count(), rows.len(), "each in that week: {rows:?}");
}

#[tokio::test]
async fn somebody_lets_the_system_assign_in_english_lying() {
    visit("kiosk-assign", LANDSCAPE, async |visitor| {
        visitor.touch(".k-util .k-btn:nth-child(3)", "html[lang=en]").await;
        visitor.window.screenshot("1-home").await;
        visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
        let code = visitor.identifies(&ZHANG, ".kiosk main[data-step=subject]").await;
        visitor.touch(FORWARD, ".kiosk main[data-step=notice]").await;
        visitor.window.screenshot("2-notice").await;
        visitor.agrees("sessions").await;
        visitor.touch(".query .primary", ".k-pick").await;
        visitor.touch(".assign", ".assign[aria-pressed=true]").await;
        visitor.window.screenshot("3-sites").await;
        visitor.touch(FORWARD, ".kiosk main[data-step=confirm]").await;
        visitor.confirms(&code).await;
        visitor.window.find_text("h1", "accepted").await;
        visitor.sees(".sheet svg", 1).await;
        visitor.window.screenshot("4-accepted").await;
        visitor.leaves().await;
        visitor.sees("html[lang=zh-CN]", 1).await;
    })
    .await;
}

#[tokio::test]
async fn somebody_old_books_with_priority_standing() {
    visit("kiosk-elder", PORTRAIT, async |visitor| {
        visitor.touch(".k-util .k-btn:nth-child(2)", "html[data-size=elder]").await;
        book_with_priority(visitor).await;
        assert_eq!(visitor.count("html[data-size=elder]").await, Some(1), "长者模式 lasts as long as the visit");
        visitor.leaves().await;
        assert_eq!(visitor.count("html[data-size=elder]").await, Some(0), "and whoever comes next begins without it");
    })
    .await;
}

#[tokio::test]
async fn somebody_books_with_priority_lying() {
    visit("kiosk-priority", LANDSCAPE, async |visitor| {
        book_with_priority(visitor).await;
        visitor.leaves().await;
    })
    .await;
}

/// 优先考试预约 by its six steps, to the voucher.
async fn book_with_priority(visitor: &Visitor<'_>) {
    visitor.chooses(Tile::Book, ".kiosk main[data-page=card]").await;
    let code = visitor.identifies(&LI, ".kiosk main[data-step=subject]").await;
    visitor.touch(FORWARD, ".kiosk main[data-step=notice]").await;
    visitor.agrees("priority_switch").await;
    visitor.window.screenshot("1-switch").await;
    visitor.touch(".priority .k-btn", ".kiosk main[data-step=notice]").await;
    visitor.agrees("priority_sessions").await;
    visitor.touch(".query .primary", ".k-pick:not([disabled])").await;
    visitor.touch(".k-pick:not([disabled])", ".k-pick[aria-checked=true]").await;
    visitor.window.screenshot("2-sessions").await;
    visitor.touch(FORWARD, ".kiosk main[data-step=confirm]").await;
    visitor.confirms(&code).await;
    visitor.window.find_text("h1", "优先预约成功").await;
    visitor.sees(".sheet svg", 1).await;
    visitor.sees(".kiosk main[data-printing=done]", 1).await;
    visitor.window.screenshot("3-placed").await;
    // Others may look on: only the paper has the full name.
    let page = "return document.documentElement.outerHTML";
    let page = visitor
        .window
        .wait_for("the page", async || visitor.ask(page, vec![]).await?.as_str().map(str::to_owned))
        .await;
    assert!(page.contains("李*优") && !page.contains(LI.name), "the screen masks the name");
}

#[tokio::test]
async fn somebody_follows_an_application_and_withdraws_it_and_somebody_else_prints_a_voucher() {
    visit("kiosk-after", PORTRAIT, async |visitor| {
        visitor.chooses(Tile::Progress, ".kiosk main[data-page=card]").await;
        visitor.hall.breaks("card_unreadable");
        visitor.window.find_text(".tell .k-note", "身份证没有读出来，请取下后重新放置。").await;
        visitor.window.screenshot("0-card-unreadable").await;
        visitor.hall.breaks("no_card_reader");
        visitor.sees(".kiosk main[data-page=number]", 1).await;
        visitor.window.find_text(".tell .k-note", "没有连接身份证阅读器，请用证件号码办理。").await;
        visitor.window.screenshot("0-reader-gone").await;
        let code = visitor.identifies(&ZHOU, ".kiosk main[data-page=applications]").await;
        visitor.touch(".k-pick", ".kiosk main[data-page=application]").await;
        visitor.window.screenshot("1-application").await;
        // Whoever is known goes on without saying it again.
        visitor.touch(".k-act .k-btn:first-child", ".kiosk main[data-page=applications]").await;
        visitor.touch(".k-act .k-btn:first-child", ".kiosk main[data-page=home]").await;
        visitor.touch(".k-tile.withdraw", ".kiosk main[data-page=applications]").await;
        visitor.touch(".k-pick", ".kiosk main[data-page=end]").await;
        visitor.touch(".send .k-btn", ".k-digits .turn").await;
        visitor.types_code(&visitor.reads_code(&code).await).await;
        visitor.touch(FORWARD, ".kiosk main[data-page=ended]").await;
        visitor.window.screenshot("2-withdrawn").await;
        visitor.leaves().await;
        visitor.chooses(Tile::Voucher, ".kiosk main[data-page=number]").await;
        visitor.window.find_text(".kiosk main", "这台终端现在不能读身份证，请输入号码。").await;
        visitor.window.screenshot("3-no-reader").await;
        visitor.identifies(&WU, ".kiosk main[data-page=applications]").await;
        visitor.touch(".k-pick", ".kiosk main[data-page=application]").await;
        visitor.hall.breaks("print_offline");
        visitor.touch(FORWARD, ".kiosk main[data-printing=failed]").await;
        visitor.window.find_text(".k-said .k-note", "打印机暂时不能用。").await;
        visitor.window.find_text(".k-said .k-note", "您的预约不受影响，请到人工窗口打印。").await;
        visitor.window.screenshot("4-not-printed").await;
        visitor.hall.mends();
        visitor.touch(FORWARD, ".kiosk main[data-printing=done]").await;
        visitor.window.screenshot("5-printed").await;
        assert_eq!(visitor.hall.papers(), 1, "the voucher was printed once");
        visitor.leaves().await;
        visitor.window.wait_for("an empty print queue", async || (visitor.hall.papers() == 0).then_some(())).await;
    })
    .await;
}

#[tokio::test]
async fn without_line_the_terminal_offers_what_needs_none_and_says_where_to_go() {
    visit("kiosk-line", LANDSCAPE, async |visitor| {
        looks_around(visitor, &["h2.normal", "h2.priority", ".cards"]).await;
        visitor.set_line(false).await;
        visitor.sees(".k-tile:disabled", 5).await;
        visitor.window.screenshot("1-cut").await;
        let (x, y) = visitor.middle(".k-tile.book").await;
        visitor.screen.tap((x, y));
        visitor.chooses(Tile::Offices, ".kiosk main[data-page=offices]").await;
        assert!(visitor.page_text().await.contains("68688823"), "the public line is named");
        visitor.touch(".k-util .k-btn:first-child", ".kiosk main[data-page=home]").await;
        visitor.set_line(true).await;
        visitor.touch(".k-tile.book", ".kiosk main[data-page=card]").await;
    })
    .await;
}
