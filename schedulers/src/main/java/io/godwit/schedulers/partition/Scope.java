package io.godwit.schedulers.partition;

/** Which hosts a host partition takes, as it stands in events. */
final class Scope {
    /** Those near its initiator, more and more of them. */
    static final String NEAREST = "nearest";

    /** Those of a manager's group, then those of the roomiest other one. */
    static final String GROUP = "group";

    /** All of the site. */
    static final String SITE = "site";

    private Scope() {}
}
