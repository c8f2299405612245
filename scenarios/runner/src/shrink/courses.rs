//! The courses by which a run that has happened may be led.
//!
//! What must never happen is shown by what happened, in its order. What must happen some day is shown by a schedule that ends where the
//! world heals, and by the fair run that follows. That it never would may have become inevitable before the world healed, or later; and
//! whoever was broken for good has to be so then, too.

use seatrial_node::NodeId;
use seatrial_search::Subject;
use seatrial_sim::{FaultPlan, Group, Step, Wish};

/// One course: what happens, and the plan behind it.
pub(super) struct Route {
    pub(super) wishes: Vec<Wish>,
    pub(super) plan: FaultPlan,
}

/// A run of more steps is led no further than to where it healed: of so many nothing short remains in the runs that there are.
const MANY: usize = 10_000;

/// Courses that end where the world heals, in which these nodes are down at the end and do not come back though others would.
pub(super) fn fair(subject: &Subject, happened: &[Wish], gone: &[NodeId]) -> Vec<Route> {
    let Some(heals) = happened.iter().position(|wish| wish.step == Step::Heal) else {
        return Vec::new();
    };
    let mut courses = vec![happened[..=heals].to_vec()];
    if happened.len() <= MANY {
        let mut late = happened.to_vec();
        late[heals..].rotate_left(1);
        courses.push(late);
    }
    let route = |mut wishes: Vec<Wish>| {
        let last = wishes.len() - 1;
        wishes.splice(last..last, lasting(&subject.plan));
        Route { wishes, plan: left(subject, gone) }
    };
    courses.into_iter().map(route).collect()
}

/// The plan, in which whoever is gone is outside the core.
fn left(subject: &Subject, gone: &[NodeId]) -> FaultPlan {
    let mut plan = subject.plan.clone();
    if !gone.is_empty() {
        let core = plan.core.unwrap_or_else(|| (0..subject.nodes).map(NodeId).collect());
        plan.core = Some(core.into_iter().filter(|node| !gone.contains(node)).collect());
    }
    plan
}

/// What is wrong with links when the world heals, where that leaves some as they are.
fn lasting(plan: &FaultPlan) -> Vec<Wish> {
    let mut lasting = Vec::new();
    for (index, planned) in plan.faults.iter().enumerate() {
        let kind = planned.fault.kind();
        let ends = planned.at + planned.lasts;
        let lasts = planned.at < plan.heal_after && ends >= plan.heal_after;
        if plan.core.is_some() && kind.group() == Group::Network && lasts {
            let before = &plan.faults[..index];
            let nth = before.iter().filter(|other| other.fault.kind() == kind).count() + 1;
            let nth = u32::try_from(nth).unwrap_or(u32::MAX);
            let step = Step::Begin { kind, nth };
            lasting.push(Wish::by_the_letter(step));
        }
    }
    lasting
}

#[cfg(test)]
mod tests {
    use seatrial_node::Duration;
    use seatrial_sim::{Fault, PlannedFault, Target};

    use super::*;

    fn wish(line: &str) -> Wish {
        Wish::by_the_letter(line.parse().expect("a step"))
    }

    fn lines(route: &Route) -> Vec<String> {
        route.wishes.iter().map(|wish| wish.step.to_string()).collect()
    }

    #[test]
    fn a_run_is_led_to_where_it_heals_and_to_its_end_by_way_of_all_that_lasts() {
        let ms = Duration::from_millis;
        let deaf = |at, lasts| PlannedFault {
            at: ms(at),
            lasts: ms(lasts),
            fault: Fault::Deaf { node: Target::Node(NodeId(2)) },
        };
        let plan = FaultPlan {
            heal_after: ms(100),
            core: Some([0, 1].map(NodeId).to_vec()),
            faults: vec![deaf(10, 20), deaf(50, 500)],
            ..FaultPlan::calm()
        };
        let subject = Subject { nodes: 3, plan, ..Subject::default() };
        let happened = ["n0 timer", "heal", "n1 timer"].map(wish).to_vec();
        let all = fair(&subject, &happened, &[NodeId(1)]);
        let told: Vec<Vec<String>> = all.iter().map(lines).collect();
        assert_eq!(told[0], ["n0 timer", "begin deaf #2", "heal"]);
        assert_eq!(told[1], ["n0 timer", "n1 timer", "begin deaf #2", "heal"]);
        assert!(all.iter().all(|route| route.plan.core == Some(vec![NodeId(0)])));
        assert!(fair(&subject, &["n0 timer"].map(wish), &[]).is_empty(), "it never healed");
    }
}
