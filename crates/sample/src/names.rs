//! Names that nobody could take for a real person's: every one carries a word for "sample" (例, 样, 拟 or EXAMPLE).

use crate::random::{chance, one_of};
use rand_chacha::ChaCha8Rng;

/// Common surnames, so that namesakes and a search by surname behave as in real data; the last ones are rare characters.
const SURNAMES: [&str; 60] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "罗",
    "高", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "潘", "袁", "蔡",
    "蒋", "余", "于", "杜", "叶", "程", "魏", "苏", "吕", "丁", "任", "卢", "姚", "沈", "钟", "姜", "冉", "欧阳",
    "司马", "诸葛", "上官", "夏侯",
];
const MARKS: [&str; 3] = ["例", "样", "拟"];
const GIVEN: [&str; 40] = [
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千", "万", "甲", "乙", "丙", "丁", "戊", "己",
    "庚", "辛", "壬", "癸", "子", "丑", "寅", "卯", "辰", "巳", "午", "未", "申", "酉", "戌", "亥", "东", "南", "西",
    "北", "中",
];
/// Characters outside the everyday fonts and, for 𠮷, outside the basic plane.
const RARE: [&str; 4] = ["𠮷", "㐂", "䶮", "㵘"];
const MINORITY: [&str; 6] = ["阿依", "买买", "木呷", "扎西", "古丽", "吉克"];
const LATIN: [&str; 8] = ["ANNA", "BRUNO", "CHIARA", "DAVID", "ELENA", "FARID", "GRETA", "HUGO"];

/// A Chinese name such as 张例三.
pub(crate) fn chinese(rng: &mut ChaCha8Rng) -> String {
    let surname = if chance(rng, 3) { one_of(rng, &RARE) } else { one_of(rng, &SURNAMES) };
    let mark = one_of(rng, &MARKS);
    let given = if chance(rng, 5) { one_of(rng, &RARE) } else { one_of(rng, &GIVEN) };
    let given = if chance(rng, 120) { None } else { given };
    [surname, mark, given].into_iter().flatten().collect()
}

/// A name of a minority with the separating dot, such as 阿依·样三.
pub(crate) fn minority(rng: &mut ChaCha8Rng) -> String {
    let parts = [one_of(rng, &MINORITY), Some("·"), one_of(rng, &MARKS), one_of(rng, &GIVEN)];
    parts.into_iter().flatten().collect()
}

/// A Latin name such as `EXAMPLE ANNA D`.
pub(crate) fn latin(rng: &mut ChaCha8Rng) -> String {
    let initials = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M"];
    let parts = [Some("EXAMPLE "), one_of(rng, &LATIN), Some(" "), one_of(rng, &initials)];
    parts.into_iter().flatten().collect()
}
