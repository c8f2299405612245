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

/// All courses of a run, in which these nodes are down at the end and do not come back though others would.
pub(super) fn routes(subject: &Subject, happened: Vec<Wish>, gone: &[NodeId]) -> Vec<Route> {
    let plan = &subject.plan;
    let mut routes = Vec::new();
    if let Some(heals) = happened.iter().position(|wish| wish.step == Step::Heal) {
        let mut late = happened.clone();
        late[heals..].rotate_left(1);
        for mut wishes in [happened[..=heals].to_vec(), late] {
            let last = wishes.len() - 1;
            wishes.splice(last..last, lasting(plan));
            routes.push(Route { wishes, plan: left(subject, gone) });
        }
    }
    routes.insert(0, Route { wishes: happened, plan: plan.clone() });
    routes
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
            lasting.push(Wish { step, says: String::new(), name: 0 });
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
        Wish { step: line.parse().expect("a step"), says: String::new(), name: 0 }
    }

    fn lines(route: &Route) -> Vec<String> {
        route.wishes.iter().map(|wish| wish.step.to_string()).collect()
    }

    #[test]
    fn a_run_is_led_as_it_was_and_to_where_it_heals_and_to_its_end() {
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
        let all = routes(&subject, happened, &[NodeId(1)]);
        let told: Vec<Vec<String>> = all.iter().map(lines).collect();
        assert_eq!(told[0], ["n0 timer", "heal", "n1 timer"]);
        assert_eq!(told[1], ["n0 timer", "begin deaf #2", "heal"]);
        assert_eq!(told[2], ["n0 timer", "n1 timer", "begin deaf #2", "heal"]);
        let cores = all.iter().map(|route| route.plan.core.clone());
        let [first, second] = [&[0, 1][..], &[0]].map(|nodes| nodes.iter().copied().map(NodeId));
        let [first, second] = [Some(first.collect()), Some(second.collect())];
        assert_eq!(cores.collect::<Vec<_>>(), [first, second.clone(), second]);
    }
}
