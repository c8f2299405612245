//! A plan that is another seed's from a moment on: trouble strikes where something rare has just happened.
//!
//! What has begun by then goes on, and so do the rates, which are those of the whole run. The other seed's faults come in what is left of the
//! time, thick at first and thinner later, for what a rare state is good for is mostly over soon: a leader that has just committed something
//! is worth a crash now, and not in half a second.

use seatrial_node::Duration;
use seatrial_search::Storm;
use seatrial_sim::{FaultPlan, Tape, WORLD};

use super::plan::Cluster;
use super::{Drawing, Drawn, Trouble, draw_plan};
use crate::scenario::Scenario;

/// Faults are spread evenly over what is left of the time; or their times in it, as parts of the whole, are to the second power, the third …
const POWERS: u64 = 5;

impl Drawn {
    /// Lets the trouble be that of other seeds from these moments on. Trouble that is over does not begin again.
    pub(crate) fn strike(&mut self, scenario: &Scenario, trouble: &Trouble, storms: &[Storm]) {
        let zones = scenario.cluster.zones.as_ref();
        let zones = zones.map_or_else(Vec::new, |zones| zones.of(&self.setup.members));
        for Storm { after, seed } in storms {
            let plan = &mut self.setup.plan;
            if *after >= plan.heal_after {
                return;
            }
            let mut tape = Tape::seeded(*seed);
            let members = &self.setup.members;
            let cluster = Cluster { members, clients: self.setup.clients, zones: &zones };
            let mut drawing = Drawing::new(scenario, &mut tape);
            let other = draw_plan(scenario, Some(trouble), &cluster, &mut drawing);
            let site = tape.site("storm");
            splice(plan, other, *after, 1 + tape.choose(site, WORLD, POWERS));
            if let Trouble::Menu(menu) = trouble {
                menu.keep_within(plan, members);
            }
            self.knobs.push(("other trouble".to_owned(), format!("of {seed} from {after} on")));
        }
    }
}

/// Puts another plan's faults into what is left of the time after this moment, in place of those that would begin then.
fn splice(plan: &mut FaultPlan, other: FaultPlan, after: Duration, power: u64) {
    plan.heal_after = plan.heal_after.max(other.heal_after);
    plan.faults.retain(|planned| planned.at <= after);
    let left = u128::from(plan.heal_after.saturating_sub(after).as_nanos());
    let whole = u128::from(other.heal_after.as_nanos()).max(1);
    for mut planned in other.faults {
        let at = u128::from(planned.at.as_nanos());
        let nanos = (0..power).fold(left, |part, _| part * at / whole);
        planned.at = after + Duration::from_nanos(1 + nanos as u64);
        plan.faults.push(planned);
    }
    plan.faults.retain(|planned| planned.at < plan.heal_after);
    plan.faults.sort_by_key(|planned| planned.at);
}
