//! Licence classes, kinds of business and the four subjects.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A licence class (准驾车型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum LicenceClass {
    /// 大型客车
    A1,
    /// 重型牵引挂车
    A2,
    /// 城市公交车
    A3,
    /// 中型客车
    B1,
    /// 大型货车
    B2,
    /// 小型汽车
    C1,
    /// 小型自动挡汽车
    C2,
    /// 低速载货汽车
    C3,
    /// 三轮汽车
    C4,
    /// 残疾人专用小型自动挡载客汽车
    C5,
    /// 轻型牵引挂车
    C6,
    /// 普通三轮摩托车
    D,
    /// 普通二轮摩托车
    E,
    /// 轻便摩托车
    F,
    /// 轮式专用机械车
    M,
    /// 无轨电车
    N,
    /// 有轨电车
    P,
}

impl LicenceClass {
    /// All classes in the order of the regulation's table.
    pub const ALL: [Self; 17] = [
        Self::A1,
        Self::A2,
        Self::A3,
        Self::B1,
        Self::B2,
        Self::C1,
        Self::C2,
        Self::C3,
        Self::C4,
        Self::C5,
        Self::C6,
        Self::D,
        Self::E,
        Self::F,
        Self::M,
        Self::N,
        Self::P,
    ];

    /// The class's code as the regulation writes it, such as `C1`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::A3 => "A3",
            Self::B1 => "B1",
            Self::B2 => "B2",
            Self::C1 => "C1",
            Self::C2 => "C2",
            Self::C3 => "C3",
            Self::C4 => "C4",
            Self::C5 => "C5",
            Self::C6 => "C6",
            Self::D => "D",
            Self::E => "E",
            Self::F => "F",
            Self::M => "M",
            Self::N => "N",
            Self::P => "P",
        }
    }

    /// The class with this code, if there is one.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

impl fmt::Display for LicenceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A subject, numbered as the national exchange format does: the safe-driving theory test (科目三安全文明驾驶常识) is 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type), specta(type = u8))]
#[serde(try_from = "u8", into = "u8")]
pub enum Subject {
    /// 科目一: road traffic law and related knowledge
    One,
    /// 科目二: driving skills on the training ground
    Two,
    /// 科目三道路驾驶技能: driving on the road
    Three,
    /// 科目三安全文明驾驶常识: safe and civilised driving
    Four,
}

/// A number that is no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("subjects are numbered 1 to 4, not {0}")]
pub struct SubjectError(pub u8);

impl Subject {
    /// All subjects in order.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// Its number, 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
        }
    }
}

impl From<Subject> for u8 {
    fn from(subject: Subject) -> Self {
        subject.number()
    }
}

impl TryFrom<u8> for Subject {
    type Error = SubjectError;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|subject| subject.number() == number).ok_or(SubjectError(number))
    }
}

/// The kind of business (业务类型) for which somebody takes tests; with the class it decides the track of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum BusinessType {
    /// 初次申领: the first licence
    First,
    /// 增加准驾车型: another class beside one already held
    Addition,
    /// C2 换 C1: from automatic to manual
    AutomaticToManual,
    /// 身体条件变化改 C5: a changed body leads to class C5
    BodyChange,
    /// 持境外驾驶证申请: a foreign licence is exchanged
    Foreign,
    /// 持军警驾驶证申请: a military licence is exchanged
    Military,
    /// 满分考试: twelve points within a cycle
    FullPoints,
    /// 恢复驾驶资格: a lapsed licence is restored
    Restoration,
}

impl BusinessType {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::First,
        Self::Addition,
        Self::AutomaticToManual,
        Self::BodyChange,
        Self::Foreign,
        Self::Military,
        Self::FullPoints,
        Self::Restoration,
    ];
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_class_is_found_by_its_code_and_travels_as_it() {
        let codes: Vec<&str> = LicenceClass::ALL.into_iter().map(LicenceClass::code).collect();
        assert_eq!(codes.join(" "), "A1 A2 A3 B1 B2 C1 C2 C3 C4 C5 C6 D E F M N P", "the table of the regulation");
        for class in LicenceClass::ALL {
            assert_eq!(LicenceClass::find(class.code()), Some(class), "{class} is found");
            assert_eq!(serde_json::to_value(class).unwrap(), class.code(), "{class} travels as its code");
        }
    }

    #[test]
    fn subjects_travel_as_numbers_and_no_other_number_is_one() {
        assert_eq!(serde_json::to_string(&Subject::ALL).unwrap(), "[1,2,3,4]", "as the exchange format numbers them");
        for number in [0, 5, 255] {
            assert_eq!(Subject::try_from(number), Err(SubjectError(number)), "{number} is no subject");
        }
        assert!(serde_json::from_str::<Subject>("\"1\"").is_err(), "a text is no number");
    }

    #[test]
    fn kinds_of_business_have_stable_names() {
        assert_eq!(
            serde_json::to_value(BusinessType::ALL).unwrap(),
            serde_json::json!([
                "first",
                "addition",
                "automatic_to_manual",
                "body_change",
                "foreign",
                "military",
                "full_points",
                "restoration",
            ]),
            "stores and screens know them by these"
        );
    }

    proptest! {
        #[test]
        fn only_the_codes_are_classes(text in any::<String>()) {
            prop_assert_eq!(LicenceClass::find(&text).is_some(), LicenceClass::ALL.iter().any(|class| class.code() == text));
        }
    }
}
