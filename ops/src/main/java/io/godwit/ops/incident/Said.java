package io.godwit.ops.incident;

/** What a text of an event says, so that pseudonyms know what to do with it. */
enum Said {
    /** A fixed word, a number of a decision, a topic, the name of a rule, a digest of code: says nothing of anybody. */
    KEPT,
    /** Id of a host. */
    HOST,
    /** Id of a VM. */
    VM,
    SITE,
    RACK,
    HOST_NAME,
    VM_NAME,
    /** Slot of a service. */
    SLOT,
    /** Who did something. */
    PERSON,
    /** Where something is reached. */
    ADDRESS,
    /** What people called a script of constraints, a snapshot or a request. */
    TITLE,
    /** What a person or another program wrote. */
    FREE,
    /** Made of names with slashes between them: site/rack/name. */
    LABEL,
    /** Id of a host, or slot of a service that measured. */
    PROBER,
    /** Made of a kind, ids and numbers. */
    ID,
    /** Godwit's own words, with names in them. */
    SENTENCE,
    /** Text of settings, which names things between quotes alone. */
    QUOTING,
    /** Text of a rule, which names its owner in its header, and hosts, VMs, sites and racks between quotes alone. */
    RULE,
    /** Key of an entry of a scheduler's state. */
    STATE_KEY,
    /** Hex digest over names, which follows from them. */
    DIGEST,
    /** Nobody needs it to replay: emptied. */
    DROPPED
}
