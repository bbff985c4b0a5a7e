//! The terminal as it stands in a hall: no driver, the session of its installation, a centre that is another program. Its
//! programs are killed, and looked into once somebody has left.

use super::kiosk::PORTRAIT;
use super::production::unlock_keyring;
use super::visitor::{LI, LIN, Person, ZHANG, ZHOU};
use fantoccini::key::Key;
use std::path::PathBuf;
use yuyue_tests::centre::CityCentre;
use yuyue_tests::computer::{Computer, wait_for};
use yuyue_tests::reader::{LEAVE, Reader, Reading};
use yuyue_tests::screen::Screen;
use yuyue_tests::window::{Edition, Trial};

/// The heading above the keys for the number of the card.
const WHO: &str = "请输入证件号码";
const AGREE: &str = "阅读并同意";
const QUERY: &str = "查询";

/// How far somebody has come in a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The number of the card is typed.
    Number,
    /// A code was sent, and half of it is typed.
    Code,
    /// 科目确认
    Subject,
    /// 选择场次
    Sessions,
    /// The application was accepted, and the slip is printed.
    Done,
}

/// The terminal, and whoever stands before it.
struct Terminal<'a> {
    computer: &'a Computer,
    screen: &'a Screen,
    centre: &'a CityCentre,
    reader: Reader,
}

/// Enrols a terminal, and lets its session run it from then on.
async fn alone(name: &str, test: impl AsyncFnOnce(&Terminal<'_>)) {
    let centre = CityCentre::start();
    let screen = Screen::start(PORTRAIT.0, PORTRAIT.1);
    let program = Edition::Production.program();
    Trial::of_kiosk(Edition::Production, name, &screen)
        .with_variable("YUYUE_AUTHORITY", centre.authority())
        .beforehand(unlock_keyring)
        .run(async |window| {
            window.find("#centre:focus").await;
            window.press(centre.address().chars()).await;
            window.press([Key::Tab.into()]).await;
            window.press(centre.add_kiosk().chars()).await;
            window.press([Key::Enter.into()]).await;
            window.find(".kiosk main[data-page=home]").await;
            let computer = &window.computer;
            computer.kill(&program).await;
            computer.run_kiosk_session(&program);
            let terminal =
                Terminal { computer, screen: &screen, centre: &centre, reader: Reader::start(computer).await };
            terminal.at_home().await;
            test(&terminal).await;
        })
        .await;
}

impl Terminal<'_> {
    /// Waits until the home screen is there, and nobody's visit is open.
    async fn at_home(&self) {
        self.reader.shows("the home screen", Reading::is_home).await;
    }

    async fn touches(&self, button: &str, wanted: impl Fn(&Reading) -> bool) {
        self.reader.touches(self.screen, button, wanted).await;
    }

    /// Types digits; `said` is what the page says once so many are typed.
    async fn types(&self, digits: &str, said: impl Fn(usize) -> String) {
        for (typed, digit) in (1..).zip(digits.chars()) {
            let said = said(typed);
            self.touches(&digit.to_string(), |page| page.says(&said)).await;
        }
    }

    /// From the home screen to the number of a person's card, all of it.
    async fn types_number(&self, person: &Person) {
        self.touches("预约考试", |page| page.says(WHO)).await;
        self.types(person.number, |typed| {
            if typed < person.number.len() { format!("已输入 {typed} 位，") } else { "已输完".to_owned() }
        })
        .await;
    }

    /// From the home screen to a moment of a booking, with number and code.
    async fn comes_to(&self, moment: Moment, person: &Person) {
        self.types_number(person).await;
        if moment == Moment::Number {
            return;
        }
        let before = self.centre.messages().len();
        self.touches("下一步", asks_for_code).await;
        let code = self.centre.code_after(before).await;
        if moment == Moment::Code {
            return self.types_code(&code[..3]).await;
        }
        self.types_code(&code).await;
        self.touches("下一步", |page| page.says(&masked(person))).await;
        if moment == Moment::Subject {
            return;
        }
        self.touches("下一步", |page| page.has_button(AGREE) || page.has_button(QUERY)).await;
        if self.reader.read().await.is_some_and(|page| page.has_button(AGREE)) {
            self.agrees().await;
        }
        self.touches(QUERY, |page| page.says("点一下选上")).await;
        self.touches("服从系统安排考试", |page| page.says("场在范围内")).await;
        if moment == Moment::Sessions {
            return;
        }
        self.touches("下一步", |page| page.says("请确认预约信息")).await;
        let before = self.centre.messages().len();
        self.touches("发送验证码", |page| page.says("已发送到")).await;
        self.types_code(&self.centre.code_after(before).await).await;
        self.touches("预约", |page| page.says("预约申请已受理") && page.has_button("再打一张")).await;
    }

    /// Types digits of a code.
    async fn types_code(&self, digits: &str) {
        self.types(digits, |typed| format!("已输入 {typed} 位，共")).await;
    }

    /// Turns to the last page of 业务须知 and agrees, as the first person at a computer has to.
    async fn agrees(&self) {
        loop {
            let Some(before) = self.reader.read().await else { continue };
            if before.has_button("已到末页") {
                break;
            }
            let before = before.words();
            self.touches("下一页", |page| page.words() != before).await;
        }
        self.touches(AGREE, |page| page.has_button(QUERY)).await;
    }

    /// Whoever comes next is asked who they are, and no file knows anything about whoever was there before.
    async fn knows_nobody(&self, person: &Person) {
        self.at_home().await;
        self.touches("网办进度", |page| page.says(WHO) && !page.has_button(LEAVE)).await;
        let page = self.reader.read().await.expect("the page is there");
        for trace in [person.name, person.number, person.phone, &masked(person)] {
            assert!(!page.says(trace), "the page has forgotten {trace}");
        }
        assert_eq!(self.computer.files_with(&traces(person)), Vec::<PathBuf>::new(), "no file knows the person");
        self.touches("首页", Reading::is_home).await;
    }
}

fn asks_for_code(page: &Reading) -> bool {
    page.says("已输入 0 位，共 6 位")
}

/// A name as the screens show it.
fn masked(person: &Person) -> String {
    let mut letters = person.name.chars();
    format!("{}*{}", letters.next().unwrap(), letters.next_back().unwrap())
}

fn traces(person: &Person) -> [&str; 3] {
    [person.name, person.number, person.phone]
}

#[tokio::test]
async fn whatever_dies_the_terminal_is_at_home_again_and_knows_nobody() {
    alone("kiosk-dies", async |terminal| {
        let program = Edition::Production.program();
        let visits = [
            (&ZHOU, Moment::Number, true),
            (&LI, Moment::Code, false),
            (&ZHOU, Moment::Subject, true),
            (&LIN, Moment::Sessions, false),
            (&ZHANG, Moment::Done, true),
        ];
        for (person, moment, is_page) in visits {
            terminal.comes_to(moment, person).await;
            if is_page {
                assert_eq!(terminal.computer.kill_pages(), 1, "one process shows the page");
            } else {
                terminal.computer.kill(&program).await;
            }
            terminal.knows_nobody(person).await;
        }
        for _ in 0..5 {
            // The next one dies before it shows anything.
            wait_for("a page's process", async || terminal.computer.kill_pages() > 0).await;
        }
        terminal.at_home().await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_stands_still_comes_back_once_somebody_has_touched_it() {
    alone("kiosk-stands-still", async |terminal| {
        terminal.comes_to(Moment::Subject, &ZHANG).await;
        assert_eq!(terminal.computer.halt_pages(), 1, "one process shows the page");
        // Whoever stands before it tries.
        terminal.screen.tap((540, 1600));
        terminal.knows_nobody(&ZHANG).await;
    })
    .await;
}

#[tokio::test]
async fn while_the_centre_is_slow_the_terminal_says_so_and_then_goes_on() {
    alone("kiosk-slow", async |terminal| {
        let before = terminal.centre.messages().len();
        terminal.types_number(&ZHANG).await;
        terminal.centre.halts();
        terminal.touches("下一步", |page| page.says("中心答复较慢，请稍等，不要重复操作。")).await;
        terminal.centre.goes_on();
        terminal.reader.shows("the page with the code", |page| asks_for_code(page) && !page.says("中心答复较慢")).await;
        terminal.types_code(&terminal.centre.code_after(before).await).await;
        terminal.touches("下一步", |page| page.says(&masked(&ZHANG))).await;
        assert_eq!(terminal.centre.messages().len(), before + 1, "one code was sent");
        terminal.touches(LEAVE, Reading::is_home).await;
    })
    .await;
}

#[tokio::test]
async fn when_the_second_person_comes_the_first_is_in_no_page_no_file_and_no_memory() {
    alone("kiosk-memory", async |terminal| {
        let computer = terminal.computer;
        terminal.comes_to(Moment::Done, &ZHANG).await;
        let found = computer.find_in_memory(&traces(&ZHANG));
        for trace in traces(&ZHANG) {
            assert!(found.iter().any(|place| place.contains(trace)), "during the visit {trace} is found");
        }
        terminal.touches(LEAVE, Reading::is_home).await;
        terminal.knows_nobody(&ZHANG).await;
        terminal.comes_to(Moment::Subject, &LI).await;
        assert_eq!(computer.find_in_memory(&traces(&ZHANG)), Vec::<String>::new(), "whoever has left is in no memory");
        assert_eq!(computer.files_with(&traces(&ZHANG)), Vec::<PathBuf>::new(), "and in no file");
        terminal.touches(LEAVE, Reading::is_home).await;
        terminal.knows_nobody(&LI).await;
        assert_eq!(
            computer.find_in_memory(&traces(&LI)),
            Vec::<String>::new(),
            "nor is the second one, with nobody there"
        );
    })
    .await;
}
