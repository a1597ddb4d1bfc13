package io.godwit.ops.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.Severity;
import io.godwit.schemas.events.Tick;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NoticeTest {
    static DetectionBegan began(DetectionTerms terms) {
        return DetectionBegan.newBuilder()
                .setId("CUSTOM-crowded-h1-0-7")
                .setKind(DetectionKind.CUSTOM)
                .setHostId("h1")
                .setSince(Instant.parse("2026-03-01T10:00:00Z"))
                .setMetric("vms")
                .setValue(3)
                .setThreshold(0)
                .setUnit("VMs")
                .setRule("crowded")
                .setRuleVersion(2)
                .setEvidence(List.of())
                .setTerms(terms)
                .build();
    }

    static DetectionTerms terms(DetectionAction action, ActingMode mode) {
        return new DetectionTerms("storage \"team\"", Severity.CRITICAL, action, mode, 0L);
    }

    @Test
    void a_beginning_and_its_end_are_told_as_json_under_keys_that_stay_the_same() {
        DetectionBegan began = began(terms(DetectionAction.NOTIFY, ActingMode.ADVISE));
        assertEquals(
                Optional.of(new Notice(
                        "CUSTOM-crowded-h1-0-7-began",
                        "{\"event\":\"began\",\"detection\":\"CUSTOM-crowded-h1-0-7\",\"site\":\"rennes\","
                                + "\"severity\":\"critical\",\"owner\":\"storage \\\"team\\\"\",\"kind\":\"custom\","
                                + "\"rule\":\"crowded\",\"version\":2,\"host\":\"h1\",\"vm\":null,"
                                + "\"since\":\"2026-03-01T10:00:00Z\",\"metric\":\"vms\",\"value\":3,"
                                + "\"threshold\":0,\"unit\":\"VMs\"}")),
                Notice.of("rennes", began));
        DetectionEnded ended = DetectionEnded.newBuilder()
                .setId(began.getId())
                .setKind(began.getKind())
                .setHostId("h1")
                .setSince(began.getSince())
                .setUntil(Instant.parse("2026-03-01T10:01:00Z"))
                .setReason("no row for 30 s")
                .setRule("crowded")
                .setRuleVersion(2)
                .setEvidence(List.of())
                .setTerms(began.getTerms())
                .build();
        Notice told = Notice.of("rennes", ended).orElseThrow();
        assertEquals("CUSTOM-crowded-h1-0-7-ended", told.key());
        assertEquals(true, told.json().contains("\"until\":\"2026-03-01T10:01:00Z\",\"reason\":\"no row for 30 s\""));
    }

    @Test
    void nobody_is_told_of_other_actions_of_rules_in_shadow_and_of_built_in_rules() {
        assertEquals(Optional.empty(), Notice.of("rennes", began(terms(DetectionAction.DRAIN, ActingMode.AUTO))));
        assertEquals(Optional.empty(), Notice.of("rennes", began(terms(DetectionAction.NOTIFY, ActingMode.SHADOW))));
        assertEquals(Optional.empty(), Notice.of("rennes", began(null)));
        assertEquals(Optional.empty(), Notice.of("rennes", new Tick(0, 1L, "cep-1")));
    }
}
