package io.godwit.ops.words;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.events.RuleRetired;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** What was detected, and the rules that say so. */
final class DetectionWords {
    private final String site;
    private final Names names;
    private final Set<String> quarantined = new HashSet<>();

    DetectionWords(String site, Names names) {
        this.site = site;
        this.names = names;
    }

    List<Telling> of(int segment, SpecificRecord event) {
        return switch (event) {
            case DetectionBegan began ->
                List.of(telling(
                        began.getTerms(),
                        Words.word(began.getKind()),
                        "",
                        subject(began.getHostId(), began.getVmId()),
                        "  %s %d of %d %s"
                                .formatted(
                                        began.getMetric(), began.getValue(), began.getThreshold(), began.getUnit())));
            case DetectionEnded ended ->
                List.of(telling(
                        ended.getTerms(),
                        "ended",
                        Words.word(ended.getKind()) + " ",
                        subject(ended.getHostId(), ended.getVmId()),
                        " after %s  %s"
                                .formatted(
                                        Words.seconds(Duration.between(ended.getSince(), ended.getUntil())
                                                .toMillis()),
                                        ended.getReason())));
            case RuleActivated _, RuleDeactivated _, RuleDeployed _, RuleRetired _ ->
                segment == 0 ? List.of(rule(event)) : List.of(); // they stand in every segment
            case RuleQuarantined stopped -> List.of(quarantined(stopped));
            default -> List.of();
        };
    }

    /** Of a rule that is stopped segment by segment a running region tells once; "rule list" tells in how many. */
    private Telling quarantined(RuleQuarantined stopped) {
        String rule = version(stopped.getRule(), stopped.getVersion());
        String after = " is quarantined in segment %d of %s: %s; see: godwit rule list"
                .formatted(stopped.getSegment(), site, stopped.getReason());
        return quarantined.add(rule)
                ? Telling.live("alarm", "rule ", rule, after)
                : Telling.later("alarm", "rule ", rule, after);
    }

    /** What a rule in shadow detects is told to those who look back. */
    private static Telling telling(DetectionTerms terms, String word, String before, String subject, String after) {
        return terms != null && terms.getMode() == ActingMode.SHADOW
                ? Telling.later(word, before, subject, after)
                : Telling.live(word, before, subject, after);
    }

    private Telling rule(SpecificRecord event) {
        return switch (event) {
            case RuleActivated rule ->
                Telling.live("rule", "", version(rule.getRule(), rule.getVersion()), " is active at " + site);
            case RuleDeactivated rule ->
                Telling.later("rule", "", version(rule.getRule(), rule.getVersion()), " is silent at " + site);
            case RuleDeployed rule ->
                Telling.later(
                        "deployed",
                        "",
                        version(rule.getRule(), rule.getVersion()),
                        "  by %s: %s".formatted(rule.getAuthor(), rule.getReason()));
            case RuleRetired rule ->
                Telling.later(
                        "retired",
                        "",
                        version(rule.getRule(), rule.getVersion()),
                        "  by %s: %s".formatted(rule.getAuthor(), rule.getReason()));
            default -> throw new IllegalArgumentException(event.getSchema().getName() + " is about no rule");
        };
    }

    private static String version(String rule, int version) {
        return rule + " v" + version;
    }

    private String subject(String hostId, String vmId) {
        return vmId == null ? names.label(hostId) : names.vm(vmId) + " on " + names.label(hostId);
    }
}
