package io.godwit.ceprules.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CommitMetadataTest {
    @Test
    void what_is_written_is_read_back() {
        CommitMetadata metadata = new CommitMetadata(Instant.ofEpochMilli(1_700_000_000_123L), 12, 34, 5);
        assertEquals(Optional.of(metadata), CommitMetadata.parse(metadata.text()));
    }

    @Test
    void a_foreign_text_is_nothing() {
        assertEquals(Optional.empty(), CommitMetadata.parse(""));
        assertEquals(Optional.empty(), CommitMetadata.parse(null));
        assertEquals(Optional.empty(), CommitMetadata.parse("2 1 2 3 4"));
        assertEquals(Optional.empty(), CommitMetadata.parse("1 a b c d"));
    }
}
