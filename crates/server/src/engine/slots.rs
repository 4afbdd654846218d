//! How many steps run at once, per platform and overall.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use domain::{PlatformId, TenantId};
use store::steps::Due;

pub(super) struct Slots {
    overall: i64,
    taken: Mutex<HashMap<PlatformId, i64>>,
}

impl Slots {
    pub(super) fn new(overall: usize) -> Arc<Self> {
        let overall = i64::try_from(overall).unwrap_or(i64::MAX);
        Arc::new(Self { overall, taken: Mutex::new(HashMap::new()) })
    }

    /// How many steps to claim of each platform: tenants take turns, and the platforms of a tenant in its turns,
    /// as long as there is room there and overall. In the order of `due`.
    pub(super) fn share_out(&self, due: &[Due]) -> Vec<(PlatformId, i64)> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.overall - taken.values().sum::<i64>();
        let room = |due: &Due| {
            let limit = due.health.limit(due.max_in_flight);
            limit - taken.get(&due.platform).copied().unwrap_or(0)
        };
        let mut room: Vec<i64> = due.iter().map(room).collect();
        let mut shares = vec![0_i64; due.len()];
        // Each tenant's platforms with room left; whose turn it is stands in front.
        let mut tenants: BTreeMap<TenantId, VecDeque<usize>> = BTreeMap::new();
        for (index, due) in due.iter().enumerate().filter(|(index, _)| room[*index] > 0) {
            tenants.entry(due.tenant).or_default().push_back(index);
        }
        while free > 0 && !tenants.is_empty() {
            tenants.retain(|_, platforms| {
                if free > 0
                    && let Some(index) = platforms.pop_front()
                {
                    (room[index], shares[index], free) = (room[index] - 1, shares[index] + 1, free - 1);
                    if room[index] > 0 {
                        platforms.push_back(index);
                    }
                }
                !platforms.is_empty()
            });
        }
        due.iter().map(|due| due.platform).zip(shares).filter(|(_, share)| *share > 0).collect()
    }

    pub(super) fn take(self: &Arc<Self>, platform: PlatformId) -> Slot {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner).entry(platform).or_insert(0) += 1;
        Slot { slots: Arc::clone(self), platform }
    }

    fn give_back(&self, platform: PlatformId) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&platform) {
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

    #[test]
    fn a_busy_platform_leaves_room_for_the_others() {
        let slots = Slots::new(10);
        check(&slots, &[due(1, 100, 0), due(2, 100, 0)], &[(1, 5), (2, 5)]);
        check(&slots, &[due(1, 100, 0), due(2, 2, 0)], &[(1, 8), (2, 2)]);
        check(&slots, &[due(1, 4, FAILURES_BEFORE_PAUSE), due(2, 3, 0)], &[(1, 1), (2, 3)]);
        let mut taken: Vec<Slot> = (0..4).map(|_| slots.take(PlatformId(1))).collect();
        check(&slots, &[due(1, 4, 0), due(2, 100, 0)], &[(2, 6)]);
        taken.pop();
        check(&slots, &[due(1, 4, 0)], &[(1, 1)]);
    }
}
