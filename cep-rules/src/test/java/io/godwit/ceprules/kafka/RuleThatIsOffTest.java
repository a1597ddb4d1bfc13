package io.godwit.ceprules.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.Admission;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RuleThatIsOffTest {
    private final MemoryLog log = new MemoryLog("rennes", 1);
    private final RuleShelf shelf = new RuleShelf(Admission.HERE);

    private List<String> deployed(int version, String mode) {
        String text = "// name: crowded\n// mode: " + mode + "\nselect hostId from HostSample(vms > 0)";
        RuleDeployed deployed = new RuleDeployed("crowded", version, text, "ann", "a test", false, 1);
        shelf.take(log.append(Topic.RULES, 0, Instant.EPOCH, "crowded", EventCodec.encode(deployed)));
        return shelf.wanted(new OpenDetections(0), _ -> true).rules().stream()
                .map(rule -> rule.rule().toString())
                .toList();
    }

    @Test
    void a_rule_that_is_off_is_not_to_be_active_and_takes_the_place_of_the_version_before() {
        assertEquals(List.of("crowded v1"), deployed(1, "advise"));
        assertEquals(List.of(), deployed(2, "off"));
        assertEquals(List.of(), shelf.refused());
        assertEquals(List.of("crowded v3"), deployed(3, "auto"));
    }
}
