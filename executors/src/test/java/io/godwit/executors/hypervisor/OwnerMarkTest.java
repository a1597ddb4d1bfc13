package io.godwit.executors.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerMarkTest {
    private static final OwnerMark MARK = new OwnerMark(7, "lab-1-'a'&<b>", "c-3-12");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<domain type='qemu'><name>a</name></domain>",
                "<domain type='qemu' id='2'><metadata/><name>a</name></domain>",
                "<domain><metadata><x:owner xmlns:x='u:x' epoch='99' host='no' command='no'/></metadata></domain>",
                "<domain><metadata> <godwit:owner xmlns:godwit=\"urn:godwit:owner\" epoch=\"3\"/></metadata></domain>"
            })
    void a_mark_that_was_written_into_a_description_is_read_from_it_and_is_there_once(String description) {
        String marked = MARK.next("h2", "c-4").in(MARK.in(description));
        assertEquals(new OwnerMark(8, "h2", "c-4"), OwnerMark.ofDescription(marked));
        assertEquals(1, marked.split("<godwit:owner ", -1).length - 1, marked);
        assertEquals(MARK, OwnerMark.ofDescription(MARK.in(description)));
    }

    @Test
    void nothing_else_in_a_description_changes() {
        String before = "<domain type='qemu'>\n  <metadata>";
        String after = "\n    <a:b xmlns:a='u:a'>c</a:b>\n  </metadata>\n</domain>";
        assertEquals(
                before + "<godwit:owner xmlns:godwit='urn:godwit:owner' epoch='1' host='h1' command='c-1'/>" + after,
                new OwnerMark(1, "h1", "c-1").in(before + after));
    }

    @Test
    void the_element_alone_is_read_as_libvirt_gives_it() {
        assertEquals(
                new OwnerMark(12, "h1", "c-1"),
                OwnerMark.ofElement("<owner epoch=\"12\" host=\"h1\" command=\"c-1\"/>"));
        assertEquals(MARK, OwnerMark.ofElement(MARK.element()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<domain/>",
                "<domain><metadata><godwit:owner xmlns:godwit='urn:godwit:owner' epoch='-1'"
                        + " host='h1'/></metadata></domain>",
                "<domain><metadata><godwit:owner epoch='99999999999999999999' host='h1'/></metadata></domain>",
                "<domain><metadata><godwit:owner xmlns:godwit='urn:godwit:owner' host='h1'/></metadata></domain>"
            })
    void a_domain_that_nobody_marked_or_somebody_by_hand_counts_as_epoch_0(String description) {
        assertEquals(OwnerMark.NONE, OwnerMark.ofDescription(description));
    }

    @Test
    void of_two_marks_the_higher_epoch_is_newer_and_equal_ones_are_not() {
        OwnerMark first = OwnerMark.NONE.next("h1", "c-1");
        assertTrue(first.newerThan(OwnerMark.NONE));
        assertTrue(first.next("h2", "c-2").newerThan(first));
        assertFalse(first.newerThan(new OwnerMark(1, "h9", "c-9")));
    }

    @Test
    void what_describes_no_domain_cannot_be_marked() {
        assertThrows(IllegalArgumentException.class, () -> MARK.in("<network/>"));
    }
}
