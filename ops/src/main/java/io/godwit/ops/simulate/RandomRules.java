package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.schemas.events.RuleDeployed;
import java.util.ArrayList;
import java.util.List;

/**
 * Rules as operators write them, for a random region: the examples of docs/rules with other thresholds, of which each may do
 * what a rule can be let do. Texts come from small sets, so that the same ones come again in other regions.
 */
final class RandomRules {
    private static final List<String> MODES = List.of("shadow", "advise", "approve", "auto", "auto");
    private static final List<String> ACTIONS = List.of("advise", "notify", "migrate-away", "migrate-away", "drain");
    private static final int OF_VMS = 4; // no host is emptied for one of its VMs

    /** Longer than a run, or two hosts could send each other their VMs as long as it lasts. */
    private static final String COOL_DOWN = "6h";

    private final SeededStream random;

    RandomRules(SeededStream random) {
        this.random = random;
    }

    /**
     * A rule with what is drawn for it.
     *
     * @param lookBackSeconds how far it remembers
     */
    private record Example(String name, int lookBackSeconds, String epl) {}

    /** One or two, of different names. */
    List<RuleDeployed> deployed() {
        List<Example> examples = new ArrayList<>(examples());
        List<RuleDeployed> deployed = new ArrayList<>();
        for (int left = 1 + random.nextInt(2); left > 0; left--) {
            Example example = examples.remove(random.nextInt(examples.size()));
            deployed.add(new RuleDeployed(
                    example.name(), 1, text(example), "operator", "simulated", false, example.lookBackSeconds()));
        }
        return deployed;
    }

    private String text(Example example) {
        return """
            // name: %s
            // purpose: an example with another threshold
            // action: %s
            // mode: %s
            // hold: %ds
            // cool-down: %s
            %s
            """.formatted(
                        example.name(),
                        ACTIONS.get(random.nextInt(example.epl().contains("vmId") ? OF_VMS : ACTIONS.size())),
                        MODES.get(random.nextInt(MODES.size())),
                        5 + 10 * random.nextInt(3),
                        COOL_DOWN,
                        example.epl().strip());
    }

    private List<Example> examples() {
        return List.of(
                new Example("busy-often", 40, """
                    select hostId, count(*) as value from HostSample(cpuPermille > %d)#time(40 sec)
                    group by hostId having count(*) >= %d
                    """.formatted(500 + 100 * random.nextInt(5), 2 + random.nextInt(3))),
                new Example(
                        "crowded",
                        1,
                        "select hostId, vms as value from HostSample(vms > %d)".formatted(1 + random.nextInt(6))),
                new Example("full-both-ways", 60, """
                    select hostId, avg(cpuPermille) as value from HostSample(memoryPermille > %d)#time(60 sec)
                    group by hostId having avg(cpuPermille) > %d and count(*) >= 3
                    """.formatted(
                                50 + 50 * random.nextInt(4), 500 + 100 * random.nextInt(4))),
                new Example("lost-and-silent", 20, """
                    select a.hostId as hostId
                    from pattern [every a=HostLoss -> (timer:interval(%d sec) and not HostSample(hostId = a.hostId))]
                    """.formatted(5 * (1 + random.nextInt(4)))),
                new Example("lost-when-busy", 60, """
                    select l.hostId as hostId, s.cpuPermille as value
                    from HostLoss as l unidirectional, HostSample#unique(hostId)#time(60 sec) as s
                    where l.hostId = s.hostId and s.cpuPermille > %d
                    """.formatted(100 + 200 * random.nextInt(5))),
                new Example("rack-dark", 60, """
                    select hostId, count(*) as value from HostLoss#unique(hostId)#time(60 sec)
                    group by site, rack having count(*) >= %d
                    """.formatted(1 + random.nextInt(3))),
                new Example("restless-vm", 1800, """
                    select hostId, vmId, count(*) as value from VmNews(change = 'MIGRATED_IN')#time(30 min)
                    group by vmId having count(*) >= %d
                    """.formatted(1 + random.nextInt(3))),
                new Example("rising", 120, """
                    select hostId, value from HostSample#time(2 min)
                    match_recognize (
                      partition by hostId
                      measures C.hostId as hostId, C.cpuPermille as value
                      after match skip to next row
                      pattern (A B C)
                      define B as B.cpuPermille >= A.cpuPermille + %1$d,
                             C as C.cpuPermille >= B.cpuPermille + %1$d
                    )
                    """.formatted(10 + 20 * random.nextInt(3))),
                new Example("unreachable", 1, "select hostId from Probe(answered = false)"),
                new Example("worn-out", 600, """
                    select hostId, count(*) as value from HostLoss#time(10 min)
                    group by hostId having count(*) >= %d
                    """.formatted(1 + random.nextInt(3))));
    }
}
