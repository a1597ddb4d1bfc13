package io.godwit.executors.libvirt;

/**
 * One thing that was found of a host, or of a pair of hosts.
 *
 * @param about URI of the host; of a pair "URI → URI", as a move would go
 * @param subject what was looked at, in a word or two
 * @param remedy what to do; empty where nothing is to be done
 */
public record Finding(Grade grade, String about, String subject, String says, String remedy) {
    /** How it stands. */
    public enum Grade {
        OK,
        /** libvirt does not tell, or it shows only when a guest moves. */
        UNKNOWN,
        WARNING,
        /** Godwit does not work there before it is mended. */
        MEND
    }
}
