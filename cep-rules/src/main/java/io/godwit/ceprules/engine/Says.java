package io.godwit.ceprules.engine;

/** The function {@code say} of the built-in rules: a sentence with numbers in the places of its braces. */
public final class Says {
    private Says() {}

    /** As in {@code say('demand {} of {} mc', 8350, 8000)}. */
    public static String say(String sentence, Object... values) {
        StringBuilder said = new StringBuilder(sentence.length() + 24);
        int from = 0;
        for (Object value : values) {
            int place = sentence.indexOf("{}", from);
            if (place < 0) {
                break;
            }
            said.append(sentence, from, place).append(value);
            from = place + 2;
        }
        return said.append(sentence, from, sentence.length()).toString();
    }
}
