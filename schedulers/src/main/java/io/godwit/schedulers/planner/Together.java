package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.BitSet;

/** All VMs on one host, in the end: gather. Where it must hold on the way, its VMs cannot move and there is no such rule. */
final class Together implements Rule {
    private final int[] vms;

    Together(int[] vms) {
        this.vms = vms;
    }

    @Override
    public boolean holds(int[] place) {
        for (int vm : vms) {
            if (place[vm] != place[vms[0]]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean letsIn(int[] place, int vm, int target) {
        boolean joins = false;
        boolean member = false;
        for (int other : vms) {
            member |= other == vm;
            joins |= other != vm && place[other] == target;
        }
        return !member || vms.length == 1 || (joins && !holds(place));
    }

    @Override
    public boolean makesWait(int[] placeBeforeLater, Step earlier, Step later) {
        return false;
    }

    @Override
    public BitSet culprits(int[] place) {
        BitSet found = new BitSet();
        if (!holds(place)) {
            for (int vm : vms) {
                found.set(vm);
            }
        }
        return found;
    }

    @Override
    public void post(PlacementModel model) {
        for (int i = 1; i < vms.length; i++) {
            if (model.isFixed(vms[0]) && model.isFixed(vms[i])) {
                if (model.home(vms[0]) != model.home(vms[i])) {
                    model.fail();
                }
            } else {
                model.model()
                        .arithm(model.place(vms[0]), "=", model.place(vms[i]))
                        .post();
            }
        }
    }
}
