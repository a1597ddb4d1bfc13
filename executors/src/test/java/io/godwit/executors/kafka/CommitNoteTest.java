package io.godwit.executors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CommitNoteTest {
    @Test
    void a_note_is_read_as_it_was_written() {
        CommitNote note = new CommitNote("executor-1", "5f0c", 42);
        assertEquals(note, CommitNote.parse(note.toString()));
    }

    @Test
    void anything_else_is_somebody_elses_note_with_all_outcomes_to_read() {
        CommitNote foreign = new CommitNote("", "", 0);
        assertEquals(foreign, CommitNote.parse(null));
        assertEquals(foreign, CommitNote.parse(""));
        assertEquals(foreign, CommitNote.parse("a b c"));
    }
}
