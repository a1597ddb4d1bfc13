package io.godwit.overlaysync.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

final class MirrorPlanTest {
    private static final KafkaSettings A = KafkaSettings.of("a", "127.0.0.1:9001");
    private static final KafkaSettings B = new KafkaSettings(
            "b",
            "127.0.0.1:9002",
            Map.of("security.protocol", "SSL"),
            KafkaSettings.SESSION,
            KafkaSettings.TRANSACTION_TIMEOUT);

    /** Whoever changes a line of the file changes how every region mirrors. */
    @Test
    void the_settings_are_those_that_we_keep() throws IOException {
        try (InputStream file = MirrorPlanTest.class.getResourceAsStream("mirror.settings")) {
            assertEquals(
                    new String(file.readAllBytes(), StandardCharsets.UTF_8),
                    lines(new MirrorPlan(List.of(A, B), Set.of("a", "b"), "127.0.0.1")
                            .settings(Map.of("a", 1, "b", 3))));
        }
    }

    @Test
    void each_site_gives_its_own_topics_and_no_copy_of_anothers() {
        Map<String, String> settings = new MirrorPlan(List.of(A, B), Set.of("a", "b"), "127.0.0.1").settings(Map.of());
        assertTrue(matches(settings.get("a->b.topics"), "a.inventory.host.v1"));
        assertFalse(matches(settings.get("a->b.topics"), "b.inventory.host.v1"));
        assertFalse(matches(settings.get("a->b.topics"), "axinventory.host.v1"));
        assertTrue(matches(settings.get("b->a.topics"), "b.observations.host.v1"));
        assertFalse(matches(settings.get("b->a.topics"), "a.observations.host.v1"));
    }

    @Test
    void a_site_on_its_own_only_takes() {
        MirrorPlan plan = new MirrorPlan(List.of(A, B), Set.of("b"), "127.0.0.1");
        assertEquals(List.of(new MirrorPlan.Direction(A, B)), plan.directions());
        assertFalse(plan.settings(Map.of()).containsKey("b->a.enabled"));
    }

    @Test
    void three_sites_mirror_in_six_directions() {
        KafkaSettings c = KafkaSettings.of("c", "127.0.0.1:9003");
        assertEquals(
                6,
                new MirrorPlan(List.of(A, B, c), Set.of("a", "b", "c"), "127.0.0.1")
                        .directions()
                        .size());
    }

    @Test
    void one_name_for_two_sites_is_refused() {
        KafkaSettings twin = KafkaSettings.of("a", "127.0.0.1:9002");
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> new MirrorPlan(List.of(A, twin), Set.of("a"), "127.0.0.1"));
        assertEquals(
                "topic a.inventory.host.v1 would be mirrored both ways: sites at 127.0.0.1:9001 and 127.0.0.1:9002 are"
                        + " both called a; give each site a name of its own",
                refused.getMessage());
    }

    @Test
    void a_target_that_is_no_site_is_refused() {
        assertEquals(
                "mirror target c is no site; give one of a, b",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new MirrorPlan(List.of(A, B), Set.of("c"), "127.0.0.1"))
                        .getMessage());
    }

    @Test
    void a_copy_carries_the_offset_of_its_home() {
        SourceRecord record = new SourceRecord(
                Map.of("partition", 3),
                Map.of("offset", 88_120L),
                "a.observations.host.v1",
                3,
                Schema.BYTES_SCHEMA,
                new byte[0],
                Schema.BYTES_SCHEMA,
                new byte[0]);
        try (HomeOffset transform = new HomeOffset()) {
            byte[] header = (byte[]) transform
                    .apply(transform.apply(record))
                    .headers()
                    .lastWithName(KafkaLog.HOME_OFFSET)
                    .value();
            assertEquals(88_120, ByteBuffer.wrap(header).getLong());
            assertEquals(1, record.headers().size());
        }
    }

    private static String lines(Map<String, String> settings) {
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(settings)
                .forEach((key, value) ->
                        lines.append(key).append('=').append(value).append('\n'));
        return lines.toString();
    }

    private static boolean matches(String patterns, String topic) {
        return List.of(patterns.split(",", -1)).stream().anyMatch(pattern -> Pattern.matches(pattern, topic));
    }
}
