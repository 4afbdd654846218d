//! How many steps run at once, per platform and overall.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{PlatformId, TenantId};
use store::steps::Due;

pub(super) struct Slots {
    overall: i64,
    /// Of each platform with steps under way: whose it is, and how many.
    taken: Mutex<HashMap<PlatformId, (TenantId, i64)>>,
}

impl Slots {
    pub(super) fn new(overall: usize) -> Arc<Self> {
        let overall = i64::try_from(overall).unwrap_or(i64::MAX);
        Arc::new(Self { overall, taken: Mutex::new(HashMap::new()) })
    }

    /// How many steps to claim of each platform. Each free slot goes to the tenant that holds fewest, and there to the
    /// platform that holds fewest, as long as there is room there and overall. In the order of `due`.
    pub(super) fn share_out(&self, due: &[Due]) -> Vec<(PlatformId, i64)> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.overall - taken.values().map(|(_, count)| count).sum::<i64>();
        let mut of_tenant: HashMap<TenantId, i64> = HashMap::new();
        for (tenant, count) in taken.values() {
            *of_tenant.entry(*tenant).or_default() += count;
        }
        // What each platform holds and may hold; then what it is given.
        let held = |due: &Due| taken.get(&due.platform).map_or(0, |(_, count)| *count);
        let mut held: Vec<i64> = due.iter().map(held).collect();
        let mut shares = vec![0_i64; due.len()];
        while free > 0 {
            let has_room = |index: &usize| held[*index] < due[*index].health.limit(due[*index].max_in_flight);
            let fewest = |index: &usize| {
                (of_tenant.get(&due[*index].tenant).copied().unwrap_or(0), held[*index], *index)
            };
            let Some(index) = (0..due.len()).filter(has_room).min_by_key(fewest) else { break };
            *of_tenant.entry(due[index].tenant).or_default() += 1;
            (held[index], shares[index], free) = (held[index] + 1, shares[index] + 1, free - 1);
        }
        due.iter().map(|due| due.platform).zip(shares).filter(|(_, share)| *share > 0).collect()
    }

    pub(super) fn take(self: &Arc<Self>, tenant: TenantId, platform: PlatformId) -> Slot {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.entry(platform).or_insert((tenant, 0)).1 += 1;
        Slot { slots: Arc::clone(self), platform }
    }

    fn give_back(&self, platform: PlatformId) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = taken.get_mut(&platform) {
            *count -= 1;
            if *count <= 0 {
                taken.remove(&platform);
            }
        }
    }
}

/// A step under way. Given back when it is dropped, also by an attempt that panics or is cut short.
pub(super) struct Slot {
    slots: Arc<Slots>,
    platform: PlatformId,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.give_back(self.platform);
    }
}

#[cfg(test)]
mod tests {
    use domain::breaker::{FAILURES_BEFORE_PAUSE, Health};

    use super::*;

    fn due(id: i64, max_in_flight: i64, failures: i64) -> Due {
        of_tenant(1, id, max_in_flight, failures)
    }

    fn of_tenant(tenant: i64, id: i64, max_in_flight: i64, failures: i64) -> Due {
        let health = Health { failures, ..Health::default() };
        Due { tenant: TenantId(tenant), platform: PlatformId(id), max_in_flight, health }
    }

    #[track_caller]
    fn check(slots: &Slots, due: &[Due], expected: &[(i64, i64)]) {
        let shares: Vec<(i64, i64)> = slots.share_out(due).into_iter().map(|(p, n)| (p.0, n)).collect();
        assert_eq!(shares, expected);
    }

    #[test]
    fn a_tenant_with_many_platforms_gets_no_more_than_one_with_few() {
        let mut many: Vec<Due> = (1..=4).map(|id| of_tenant(1, id, 100, 0)).collect();
        many.push(of_tenant(2, 5, 100, 0));
        check(&Slots::new(16), &many, &[(1, 2), (2, 2), (3, 2), (4, 2), (5, 8)]);
        many[4].max_in_flight = 3;
        check(&Slots::new(16), &many, &[(1, 4), (2, 3), (3, 3), (4, 3), (5, 3)]);
    }

    /// In a run, slots come free one by one: each goes to whoever has least, not to whoever stands first.
    #[test]
    fn a_single_free_slot_goes_to_the_tenant_that_holds_fewest() {
        let slots = Slots::new(4);
        let due = [of_tenant(1, 1, 100, 0), of_tenant(1, 2, 100, 0), of_tenant(2, 3, 100, 0)];
        let first = slots.take(TenantId(1), PlatformId(1));
        let _others =
            [(1, 2), (2, 3)].map(|(tenant, platform)| slots.take(TenantId(tenant), PlatformId(platform)));
        check(&slots, &due, &[(3, 1)]);
        let _another = slots.take(TenantId(2), PlatformId(3));
        check(&slots, &due, &[]);
        drop(first);
        check(&slots, &due, &[(1, 1)]);
    }

    #[test]
    fn a_busy_platform_leaves_room_for_the_others() {
        let slots = Slots::new(10);
        check(&slots, &[due(1, 100, 0), due(2, 100, 0)], &[(1, 5), (2, 5)]);
        check(&slots, &[due(1, 100, 0), due(2, 2, 0)], &[(1, 8), (2, 2)]);
        check(&slots, &[due(1, 4, FAILURES_BEFORE_PAUSE), due(2, 3, 0)], &[(1, 1), (2, 3)]);
        let mut taken: Vec<Slot> = (0..4).map(|_| slots.take(TenantId(1), PlatformId(1))).collect();
        check(&slots, &[due(1, 4, 0), due(2, 100, 0)], &[(2, 6)]);
        taken.pop();
        check(&slots, &[due(1, 4, 0)], &[(1, 1)]);
    }
}
