package io.godwit.schemas.service;

/**
 * How a service is, as its HTTP endpoint tells.
 *
 * @param ready whether it does its work now: segments assigned, state restored
 * @param alive false where only a restart helps
 * @param says one sentence for a person
 */
public record Health(boolean ready, boolean alive, String says) {
    public static Health ready(String says) {
        return new Health(true, true, says);
    }

    /** Does its work, but not all of it; a person has to see to the rest. */
    public static Health degraded(String says) {
        return new Health(true, true, "degraded: " + says);
    }

    public static Health starting(String says) {
        return new Health(false, true, says);
    }

    public static Health failed(String says) {
        return new Health(false, false, says);
    }
}
