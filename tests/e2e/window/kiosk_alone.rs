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

    /// From the home screen to 科目确认, with number and code.
    async fn books(&self, person: &Person) {
        let before = self.centre.messages().len();
        self.types_number(person).await;
        self.touches("下一步", asks_for_code).await;
        self.types(&self.centre.code_after(before).await, |typed| format!("已输入 {typed} 位，共")).await;
        self.touches("下一步", |page| page.says(&masked(person))).await;
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
        for (person, is_page) in [(&ZHANG, true), (&LI, false), (&ZHOU, true), (&LIN, false)] {
            terminal.books(person).await;
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
async fn while_the_centre_is_slow_the_terminal_says_so_and_then_goes_on() {
    alone("kiosk-slow", async |terminal| {
        let before = terminal.centre.messages().len();
        terminal.types_number(&ZHANG).await;
        terminal.centre.halts();
        terminal.touches("下一步", |page| page.says("中心答复较慢，请稍等，不要重复操作。")).await;
        terminal.centre.goes_on();
        terminal.reader.shows("the page with the code", |page| asks_for_code(page) && !page.says("中心答复较慢")).await;
        terminal.types(&terminal.centre.code_after(before).await, |typed| format!("已输入 {typed} 位，共")).await;
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
        terminal.books(&ZHANG).await;
        let found = computer.find_in_memory(&traces(&ZHANG));
        for trace in traces(&ZHANG) {
            assert!(found.iter().any(|place| place.contains(trace)), "during the visit {trace} is found");
        }
        terminal.touches(LEAVE, Reading::is_home).await;
        terminal.knows_nobody(&ZHANG).await;
        terminal.books(&LI).await;
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
