package io.godwit.schedulers.partition;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.VmFact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The constraints in force, by the script that demands them, and which of them concern some hosts and the VMs on them. */
final class StandingConstraints {
    private final TreeMap<String, List<Constraint>> byScript = new TreeMap<>();
    private List<Constraint> all = List.of(); // by script, then in its order
    private Map<String, List<Integer>> numbersByName = Map.of(); // looked up by id only, never iterated

    /**
     * Those that an event states; the script of the same name holds no more. Nothing changes where one is wrong.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    void put(ConstraintsApplied applied) {
        List<Constraint> constraints = applied.getConstraints().stream()
                .map(stated -> Form.of(stated).constraint())
                .toList();
        byScript.put(applied.getName(), constraints);
        index();
    }

    void remove(String script) {
        byScript.remove(script);
        index();
    }

    private void index() {
        all = byScript.values().stream().flatMap(List::stream).toList();
        numbersByName = new HashMap<>();
        for (int number = 0; number < all.size(); number++) {
            for (String name : Form.of(all.get(number)).named()) {
                numbersByName.computeIfAbsent(name, _ -> new ArrayList<>()).add(number);
            }
        }
    }

    /** Those that name one of these hosts or a VM on them: no other can be broken or mended by what happens there. */
    List<Constraint> concerning(Collection<HostFacts> hosts) {
        TreeSet<Integer> numbers = new TreeSet<>();
        for (HostFacts facts : hosts) {
            numbers.addAll(numbersByName.getOrDefault(facts.getHostId(), List.of()));
            for (VmFact vm : facts.getVms()) {
                numbers.addAll(numbersByName.getOrDefault(vm.getVmId(), List.of()));
            }
        }
        return numbers.stream().map(all::get).toList();
    }
}
