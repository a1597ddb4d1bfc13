package io.godwit.overlaysync.witness;

/** What became of one attempt to reach a host over the network. */
public sealed interface Answer {
    /** It answered; a refused connection is an answer as well, since a dead host refuses nothing. */
    record Answered(long roundTripMicros) implements Answer {}

    /** Nothing came back in time. */
    record Silent(String why) implements Answer {}

    /** It has no address of its own, as a local libvirt URI; it is never probed again. */
    record Unaddressed() implements Answer {}
}
