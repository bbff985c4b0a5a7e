//! The exam sites. All are samples, say so in their address, and have codes that begin with YL (样例).

use yuyue_domain::ids::{OfficeId, SiteId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::session::{Site, SiteStatus, SiteSubject};

use LicenceClass::{A1, A2, A3, B1, B2, C1, C2, C3, C4, C5, C6, D, E, F, M, N, P};

/// Classes that are tested together in one session.
pub(crate) const CLASS_GROUPS: [&[LicenceClass]; 6] =
    [&[C1, C2], &[C3, C4, C5], &[A1, A2, A3, B1, B2], &[C6], &[D, E, F], &[M, N, P]];
const CARS: &[usize] = &[0];
const ALL_CARS: &[usize] = &[0, 1];
const HEAVY: &[usize] = &[2, 3, 5];
const LIGHT: &[usize] = &[1, 4];
const EVERY: &[usize] = &[0, 1, 2, 3, 4, 5];

/// Name, district, address, near offices, subjects with groups of classes, and status of a site.
type Row =
    (&'static str, &'static str, &'static str, &'static [u32], &'static [(Subject, &'static [usize])], SiteStatus);

/// What a site with rooms of computers tests.
const THEORY: &[(Subject, &[usize])] = &[(Subject::One, EVERY), (Subject::Four, EVERY)];

/// The sites that every city has.
const ROWS: [Row; 16] = [
    ("巴南界石考场", "巴南区", "巴南区东城大道588号", &[12, 6], &[(Subject::Two, CARS)], SiteStatus::Open),
    ("西彭考场", "九龙坡区", "九龙坡区西彭镇", &[4, 8, 2], &[(Subject::Two, ALL_CARS)], SiteStatus::Open),
    ("南岸迎龙考场", "南岸区", "南岸区迎龙镇", &[6, 1, 12], &[(Subject::Three, CARS)], SiteStatus::Open),
    ("垫江澄溪考场", "垫江县", "垫江县澄溪镇", &[14, 13], &[(Subject::Two, CARS)], SiteStatus::Open),
    ("云阳人和考场", "云阳县", "云阳县人和街道", &[13], &[(Subject::Two, ALL_CARS)], SiteStatus::Open),
    ("荣昌板桥考场", "荣昌区", "荣昌区板桥工业园", &[15, 4], THEORY, SiteStatus::Open),
    ("翠屏样例考场", "渝北区", "渝北区样例路1号", &[5, 9, 10, 11], &[(Subject::Three, CARS)], SiteStatus::Open),
    ("月台样例考场", "沙坪坝区", "沙坪坝区样例路2号", &[3, 4, 5, 7, 10], &[(Subject::Two, CARS)], SiteStatus::Open),
    ("花朝样例考场", "渝北区", "渝北区样例路3号", &[5, 9, 10, 11, 1], THEORY, SiteStatus::Open),
    ("嘉德样例考场", "北碚区", "北碚区样例路4号", &[7, 3], THEORY, SiteStatus::Open),
    (
        "聚龙样例考场",
        "涪陵区",
        "涪陵区样例路5号",
        &[14],
        &[(Subject::Three, ALL_CARS), (Subject::One, EVERY), (Subject::Four, EVERY)],
        SiteStatus::Open,
    ),
    (
        "外贸样例考场",
        "万州区",
        "万州区样例路6号",
        &[13],
        &[(Subject::Three, ALL_CARS), (Subject::One, EVERY), (Subject::Four, EVERY)],
        SiteStatus::Open,
    ),
    (
        "南北样例考场",
        "江津区",
        "江津区样例路7号",
        &[15, 4],
        &[(Subject::Two, HEAVY), (Subject::Three, HEAVY)],
        SiteStatus::Open,
    ),
    (
        "石林样例考场",
        "大渡口区",
        "大渡口区样例路8号",
        &[2, 8, 1, 12],
        &[(Subject::Two, LIGHT), (Subject::Three, LIGHT)],
        SiteStatus::Open,
    ),
    ("港桂样例考场", "江北区", "江北区样例路9号", &[11, 5], &[(Subject::Two, CARS)], SiteStatus::Suspended),
    ("经纬样例考场", "渝中区", "渝中区样例路10号", &[1], &[(Subject::Three, CARS)], SiteStatus::Closed),
];

/// The districts in which a large city has further sites, with the office that is near.
const DISTRICTS: [(&str, u32); 38] = [
    ("渝中区", 1),
    ("大渡口区", 2),
    ("沙坪坝区", 3),
    ("九龙坡区", 4),
    ("渝北区", 5),
    ("南岸区", 6),
    ("北碚区", 7),
    ("江北区", 11),
    ("巴南区", 12),
    ("万州区", 13),
    ("涪陵区", 14),
    ("江津区", 15),
    ("合川区", 7),
    ("永川区", 15),
    ("长寿区", 9),
    ("璧山区", 3),
    ("铜梁区", 7),
    ("大足区", 15),
    ("荣昌区", 15),
    ("綦江区", 12),
    ("南川区", 14),
    ("潼南区", 7),
    ("开州区", 13),
    ("梁平区", 13),
    ("武隆区", 14),
    ("黔江区", 14),
    ("城口县", 13),
    ("丰都县", 14),
    ("垫江县", 14),
    ("忠县", 13),
    ("云阳县", 13),
    ("奉节县", 13),
    ("巫山县", 13),
    ("巫溪县", 13),
    ("石柱县", 14),
    ("秀山县", 14),
    ("酉阳县", 14),
    ("彭水县", 14),
];
/// One further site for so many applicants, until every district has three.
const APPLICANTS_PER_SITE: u32 = 9_000;

/// How the classes of applicants are spread, in thousandths.
pub(crate) const CLASS_SHARES: [(LicenceClass, u32); 17] = [
    (A1, 10),
    (A2, 22),
    (A3, 5),
    (B1, 6),
    (B2, 32),
    (C1, 478),
    (C2, 318),
    (C3, 6),
    (C4, 5),
    (C5, 10),
    (C6, 18),
    (D, 36),
    (E, 38),
    (F, 5),
    (M, 6),
    (N, 3),
    (P, 2),
];

/// Tests of a subject among a thousand.
pub(crate) const fn subject_share(subject: Subject) -> u32 {
    match subject {
        Subject::Two => 300,
        Subject::One | Subject::Three => 250,
        Subject::Four => 200,
    }
}

/// Applicants of a group of classes among a thousand.
pub(crate) fn group_share(group: usize) -> u32 {
    let classes = CLASS_GROUPS.get(group).copied().unwrap_or_default();
    CLASS_SHARES.iter().filter(|(class, _)| classes.contains(class)).map(|(_, share)| share).sum()
}

/// The groups of classes that a site tests in a subject.
pub(crate) fn groups_of(offer: &SiteSubject) -> Vec<usize> {
    let tested = |classes: &[LicenceClass]| classes.iter().all(|class| offer.classes.contains(class));
    CLASS_GROUPS.iter().enumerate().filter(|(_, classes)| tested(classes)).map(|(group, _)| group).collect()
}

/// Tests a working day in a city of so many applicants: 11,000 for a million.
pub(crate) const fn tests_per_day(applicants: u32) -> u32 {
    applicants / 91
}

/// The sites of a city of so many applicants.
pub(crate) fn sites(applicants: u32) -> Vec<Site> {
    let mut sites = Vec::new();
    for (name, district, address, near, offers, status) in ROWS {
        sites.push((name.to_owned(), district, address.to_owned(), near.to_vec(), offers, status));
    }
    let further = (applicants / APPLICANTS_PER_SITE).min(3 * 38) as usize;
    for (number, (district, office)) in DISTRICTS.into_iter().cycle().take(further).enumerate() {
        let (kind, offers): (_, &[(Subject, &[usize])]) = match (number + number / DISTRICTS.len()) % 3 {
            0 => ("科目二", &[(Subject::Two, ALL_CARS)]),
            1 => ("科目三", &[(Subject::Three, ALL_CARS)]),
            _ => ("理论", THEORY),
        };
        let name = format!("{}样例{kind}考场", district.trim_end_matches(['区', '县']));
        sites.push((
            name,
            district,
            format!("{district}样例路{}号", 100 + number),
            vec![office],
            offers,
            SiteStatus::Open,
        ));
    }
    let mut sites: Vec<Site> = (1..)
        .zip(sites)
        .map(|(id, (name, district, address, near, offers, status))| Site {
            id: SiteId(id),
            code: format!("YL{id:03}"),
            name,
            district: district.to_owned(),
            address: format!("{address}（样例）"),
            near: near.into_iter().map(OfficeId).collect(),
            subjects: offers.iter().map(|(subject, groups)| offer(*subject, groups)).collect(),
            status,
        })
        .collect();
    set_ceilings(&mut sites, applicants);
    sites
}

fn offer(subject: Subject, groups: &[usize]) -> SiteSubject {
    let mut classes: Vec<_> =
        groups.iter().filter_map(|group| CLASS_GROUPS.get(*group)).copied().flatten().copied().collect();
    classes.sort_unstable();
    SiteSubject { subject, classes, daily_ceiling: 0 }
}

/// Gives every site a ceiling a third above its share of the tests of a day, with room for one small session of each group.
fn set_ceilings(sites: &mut [Site], applicants: u32) {
    let shares: Vec<Vec<u32>> = sites
        .iter()
        .map(|site| {
            let demand = |offer: &SiteSubject| {
                let groups = groups_of(offer);
                let expected: u32 =
                    groups.iter().map(|group| daily_seats(sites, applicants, offer.subject, *group)).sum();
                expected / 1000 * 4 / 3 + 12 * u32::try_from(groups.len()).unwrap_or_default()
            };
            site.subjects.iter().map(demand).collect()
        })
        .collect();
    for (site, ceilings) in sites.iter_mut().zip(shares) {
        for (offer, ceiling) in site.subjects.iter_mut().zip(ceilings) {
            offer.daily_ceiling = u16::try_from(ceiling).unwrap_or(u16::MAX);
        }
    }
}

/// Seats a day, in thousandths, that one site gets of a subject and group: the open sites share them evenly.
pub(crate) fn daily_seats(sites: &[Site], applicants: u32, subject: Subject, group: usize) -> u32 {
    let offers = |site: &&Site| {
        site.status == SiteStatus::Open
            && site.subjects.iter().any(|offer| offer.subject == subject && groups_of(offer).contains(&group))
    };
    let sharing = u32::try_from(sites.iter().filter(offers).count().max(1)).unwrap_or(u32::MAX);
    let share =
        u64::from(tests_per_day(applicants)) * u64::from(subject_share(subject)) * u64::from(group_share(group));
    u32::try_from(share / 1000 / u64::from(sharing)).unwrap_or(u32::MAX)
}
