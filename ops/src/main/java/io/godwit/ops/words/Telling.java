package io.godwit.ops.words;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one event says to a person, in one line.
 *
 * @param word what happened, in a word or two
 * @param subject whom or what it happened to, as people call it; may be empty
 * @param detail the rest, with numbers and reasons
 * @param text all but the word in one sentence, with the subject in its place
 * @param live whether it is told while a region runs; the rest is told to those who look back
 */
public record Telling(String word, String subject, String detail, String text, boolean live) {
    /** A sentence that is told while a region runs: what stands before its subject, and what after it. */
    static Telling live(String word, String before, String subject, String after) {
        return of(word, before, subject, after, true);
    }

    /** The same for what is told to those who look back. */
    static Telling later(String word, String before, String subject, String after) {
        return of(word, before, subject, after, false);
    }

    private static Telling of(String word, String before, String subject, String after, boolean live) {
        String detail = Stream.of(before, after)
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
        return new Telling(word, subject, detail, before + subject + after, live);
    }
}
