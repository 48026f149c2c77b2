//! Charts of recent weeks: resets requested, completed and abandoned, time to get back in, delay of messages; and how many
//! people have which second factor.

use std::{collections::BTreeMap, time::Duration};

use rocket::{Route, get, http::Status, routes};
use serde::Serialize;

use super::{
    chart::{Chart, Column, Part, draw},
    error,
    factors::Holders,
    strategy_name,
};
use crate::{
    auth::role::Admin,
    base::Error,
    core::{
        event::EventKind,
        stats::{self, ABANDONED, SENT},
    },
    http::{Outcome, Page, Visit},
    policy::Channel,
    store::daily_stats::{self, DailyStat},
    view::{format, shown::View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show]
}

/// Days that a chart may cover.
const DAYS: [i64; 3] = [7, 30, 90];

/// The charts.
#[derive(Serialize)]
pub(super) struct OverviewPage {
    /// Days that they cover.
    days: i64,
    choices: [i64; 3],
    resets: Vec<Resets>,
    /// Times to get back in, by strategy.
    back: Vec<Durations>,
    /// Delays of messages, by channel.
    sent: Vec<Durations>,
    /// Numbers of people, by kind of second factor.
    factors: Vec<Holders>,
}

/// Resets requested, completed and abandoned under a strategy.
#[derive(Serialize)]
struct Resets {
    id: &'static str,
    name: String,
    asked: i64,
    completed: i64,
    abandoned: i64,
    chart: Chart,
    rows: Vec<ResetsOfDay>,
}

/// The same on one day.
#[derive(Serialize)]
struct ResetsOfDay {
    day: String,
    asked: i64,
    completed: i64,
    abandoned: i64,
}

/// Durations under a strategy, or of a channel.
#[derive(Serialize)]
struct Durations {
    id: &'static str,
    name: String,
    median: String,
    /// 90th percentile.
    most: String,
    /// Number of durations.
    times: i64,
    chart: Chart,
}

impl View for OverviewPage {
    const TEMPLATE: &'static str = "admin/pictures";

    fn samples() -> Vec<Self> {
        let day = || "2026-08-01".to_owned();
        let parts = || vec![Part { class: "asked", from: 0, to: 4 }];
        let chart = || draw(vec![Column { label: day(), parts: parts() }], day(), day());
        let resets = Resets {
            id: "second_key",
            name: "Second key".into(),
            asked: 4,
            completed: 2,
            abandoned: 1,
            chart: chart(),
            rows: vec![ResetsOfDay { day: day(), asked: 4, completed: 2, abandoned: 1 }],
        };
        let durations = |id, name: &str| Durations {
            id,
            name: name.to_owned(),
            median: "1 min 48 s".into(),
            most: "6 min 10 s".into(),
            times: 2,
            chart: chart(),
        };
        let empty = || OverviewPage {
            days: 30,
            choices: DAYS,
            resets: Vec::new(),
            back: Vec::new(),
            sent: Vec::new(),
            factors: Vec::new(),
        };
        let back = vec![durations("second_key", "Second key")];
        vec![
            empty(),
            OverviewPage { days: 7, resets: vec![resets], back, ..empty() },
            OverviewPage { sent: vec![durations("email", "Email")], factors: Holders::samples(), ..empty() },
        ]
    }
}

#[get("/admin?<days>")]
async fn show(site: Visit<'_>, _admin: Admin<'_>, days: Option<&str>) -> Result<Outcome, Error> {
    let Some(days) = DAYS.into_iter().find(|known| known.to_string() == days.unwrap_or("30")) else {
        return error(Status::BadRequest);
    };
    let today = stats::day(site.now());
    let since = today - days + 1;
    let mut conn = site.read().await?;
    let by_day = daily_stats::by_day(&mut conn, since).await?;
    let by_bucket = daily_stats::by_bucket(&mut conn, since).await?;
    let strategies = site.validated.strategies.all().iter().map(|strategy| strategy.name());
    let resets = strategies.clone().filter_map(|strategy| resets(&site, strategy, &by_day, since..=today));
    let completed = EventKind::ResetCompleted.name();
    let back = strategies.filter_map(|strategy| {
        lasted(&site, completed, strategy, strategy_name(&site, strategy), &by_bucket)
    });
    let sent = [Channel::Email, Channel::Sms].map(Channel::name).into_iter();
    let sent = sent.filter_map(|channel| {
        lasted(&site, SENT, channel, site.say(&format!("message-{channel}"), &[]), &by_bucket)
    });
    let (resets, back, sent) = (resets.collect(), back.collect(), sent.collect());
    let factors = Holders::all(&site, &mut conn).await?;
    Ok(Page::of(&OverviewPage { days, choices: DAYS, resets, back, sent, factors }).into())
}

/// Resets requested, completed and abandoned under a strategy on each day; `None` if there were none.
fn resets(
    site: &Visit<'_>,
    strategy: &'static str,
    daily_stats: &[DailyStat],
    days: std::ops::RangeInclusive<i64>,
) -> Option<Resets> {
    let kinds = [EventKind::ResetIssued.name(), EventKind::ResetCompleted.name(), ABANDONED];
    let mut numbers: BTreeMap<i64, [i64; 3]> = days.map(|day| (day, [0; 3])).collect();
    for stat in daily_stats.iter().filter(|stat| stat.policy == strategy) {
        let kind = kinds.iter().position(|kind| *kind == stat.kind);
        if let (Some(kind), Some(numbers)) = (kind, numbers.get_mut(&stat.day)) {
            numbers[kind] += stat.hits;
        }
    }
    let all = numbers.values().fold([0; 3], |all, day| [all[0] + day[0], all[1] + day[1], all[2] + day[2]]);
    let name = |day: i64| format::day(site.locale, stats::begins(day));
    let rows = numbers.iter().filter(|(_, numbers)| **numbers != [0; 3]).map(|(day, [asked, done, left])| {
        ResetsOfDay { day: name(*day), asked: *asked, completed: *done, abandoned: *left }
    });
    let rows: Vec<_> = rows.collect();
    let (first, last) = (name(*numbers.keys().next()?), name(*numbers.keys().next_back()?));
    let columns = numbers.iter().map(|(day, [asked, done, left])| Column {
        label: name(*day),
        parts: vec![
            Part { class: "asked", from: 0, to: *asked },
            Part { class: "completed", from: 0, to: *done },
            Part { class: "abandoned", from: *done, to: done + left },
        ],
    });
    let chart = draw(columns.collect(), first, last);
    let [asked, completed, abandoned] = all;
    (!rows.is_empty()).then(|| Resets {
        id: strategy,
        name: strategy_name(site, strategy),
        asked,
        completed,
        abandoned,
        chart,
        rows,
    })
}

/// Durations under a policy: the median and the 90th percentile.
fn lasted(
    site: &Visit<'_>,
    kind: &str,
    policy: &'static str,
    name: String,
    daily_stats: &[DailyStat],
) -> Option<Durations> {
    let of = daily_stats.iter().filter(|stat| stat.kind == kind && stat.policy == policy);
    let buckets: Vec<_> = of.map(|stat| (stat.bucket, stat.hits)).collect();
    let (median, most) = (stats::within(50, &buckets)?, stats::within(90, &buckets)?);
    let times: i64 = buckets.iter().map(|(_, n)| n).sum();
    Some(Durations {
        id: policy,
        name,
        median: span(site, median),
        most: span(site, most),
        times,
        chart: histogram(site, &buckets, median, most),
    })
}

fn histogram(site: &Visit<'_>, buckets: &[(i64, i64)], median: Duration, most: Duration) -> Chart {
    let numbers: BTreeMap<i64, i64> = buckets.iter().copied().collect();
    let first = numbers.keys().next().copied().unwrap_or_default();
    let last = numbers.keys().next_back().copied().unwrap_or_default();
    let columns = (first..=last).map(|bucket| Column {
        label: span(site, stats::least(bucket)),
        parts: vec![Part {
            class: match stats::least(bucket) {
                least if least <= median => "half",
                least if least <= most => "most",
                _ => "rest",
            },
            from: 0,
            to: numbers.get(&bucket).copied().unwrap_or(0),
        }],
    });
    draw(columns.collect(), span(site, stats::least(first)), span(site, stats::least(last + 1)))
}

/// Formats a duration in its two largest units.
fn span(site: &Visit<'_>, span: Duration) -> String {
    let (millis, seconds) = (span.as_millis() as u64, span.as_secs());
    let (key, large, small) = match seconds {
        0 => ("span-millis", millis, 0),
        1..60 => ("span-seconds", seconds, 0),
        60..3_600 => ("span-minutes", seconds / 60, seconds % 60),
        _ => ("span-hours", seconds / 3_600, seconds % 3_600 / 60),
    };
    site.say(key, &[("large", large.into()), ("small", small.into())])
}
