package io.godwit.schedulers.constraints;

import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Vocabulary.Shape;
import io.godwit.schemas.events.ConstraintKind;
import io.godwit.schemas.events.ConstraintResource;
import io.godwit.schemas.events.StatedConstraint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A constraint taken apart: the shape that all have in common, in scripts and in the log.
 *
 * @param vms sets of VM ids, in the order of the word's shapes
 * @param hosts sets of host ids, in the same way
 * @param amount 0 where the word takes none
 */
public record Form(
        Vocabulary word,
        When when,
        List<List<String>> vms,
        List<List<String>> hosts,
        Optional<Resource> resource,
        long amount) {
    public static Form of(Constraint constraint) {
        When when = constraint.when();
        return switch (constraint) {
            case Constraint.Spread one -> ofVms(Vocabulary.SPREAD, when, one.vms());
            case Constraint.Gather one -> ofVms(Vocabulary.GATHER, when, one.vms());
            case Constraint.Fence one -> of(Vocabulary.FENCE, when, List.of(one.vms()), List.of(one.hosts()));
            case Constraint.Ban one -> of(Vocabulary.BAN, when, List.of(one.vms()), List.of(one.hosts()));
            case Constraint.Among one -> of(Vocabulary.AMONG, when, List.of(one.vms()), one.groups());
            case Constraint.Split one -> of(Vocabulary.SPLIT, when, one.sets(), List.of());
            case Constraint.SplitAmong one -> of(Vocabulary.SPLIT_AMONG, when, one.sets(), one.groups());
            case Constraint.Lonely one -> ofVms(Vocabulary.LONELY, when, one.vms());
            case Constraint.Root one -> ofVms(Vocabulary.ROOT, when, one.vms());
            case Constraint.Quarantine one -> ofHosts(Vocabulary.QUARANTINE, when, one.hosts(), 0);
            case Constraint.Preserve one ->
                new Form(
                        Vocabulary.PRESERVE,
                        when,
                        List.of(one.vms()),
                        List.of(),
                        Optional.of(one.resource()),
                        one.amount());
            case Constraint.Overbook one ->
                new Form(
                        Vocabulary.OVERBOOK,
                        when,
                        List.of(),
                        List.of(one.hosts()),
                        Optional.of(one.resource()),
                        one.factorPermille());
            case Constraint.ResourceCapacity one ->
                new Form(
                        Vocabulary.RESOURCE_CAPACITY,
                        when,
                        List.of(),
                        List.of(one.hosts()),
                        Optional.of(one.resource()),
                        one.amount());
            case Constraint.RunningCapacity one -> ofHosts(Vocabulary.RUNNING_CAPACITY, when, one.hosts(), one.vms());
            case Constraint.MaxOnline one -> ofHosts(Vocabulary.MAX_ONLINE, when, one.hosts(), one.online());
            case Constraint.Online one -> ofHosts(Vocabulary.ONLINE, when, one.hosts(), 0);
            case Constraint.Offline one -> ofHosts(Vocabulary.OFFLINE, when, one.hosts(), 0);
            case Constraint.Seq one -> ofVms(Vocabulary.SEQ, when, one.vms());
            case Constraint.Precedence one ->
                of(Vocabulary.PRECEDENCE, when, List.of(one.earlier(), one.later()), List.of());
            case Constraint.Serialize one -> ofVms(Vocabulary.SERIALIZE, when, one.vms());
            case Constraint.Sync one -> ofVms(Vocabulary.SYNC, when, one.vms());
            case Constraint.Deadline one ->
                new Form(
                        Vocabulary.DEADLINE, when, List.of(one.vms()), List.of(), Optional.empty(), one.withinMillis());
        };
    }

    private static Form of(Vocabulary word, When when, List<List<String>> vms, List<List<String>> hosts) {
        return new Form(word, when, vms, hosts, Optional.empty(), 0);
    }

    private static Form ofVms(Vocabulary word, When when, List<String> vms) {
        return of(word, when, List.of(vms), List.of());
    }

    private static Form ofHosts(Vocabulary word, When when, List<String> hosts, long amount) {
        return new Form(word, when, List.of(), List.of(hosts), Optional.empty(), amount);
    }

    /**
     * Puts the constraint together.
     *
     * @throws IllegalArgumentException with what is wrong, where the parts make none
     */
    public Constraint constraint() {
        check();
        return switch (word) {
            case BAN -> new Constraint.Ban(vms.getFirst(), hosts.getFirst(), when);
            case FENCE -> new Constraint.Fence(vms.getFirst(), hosts.getFirst(), when);
            case SPREAD -> new Constraint.Spread(vms.getFirst(), when);
            case GATHER -> new Constraint.Gather(vms.getFirst(), when);
            case AMONG -> new Constraint.Among(vms.getFirst(), hosts, when);
            case SPLIT -> new Constraint.Split(vms, when);
            case SPLIT_AMONG -> new Constraint.SplitAmong(vms, hosts, when);
            case LONELY -> new Constraint.Lonely(vms.getFirst(), when);
            case ROOT -> new Constraint.Root(vms.getFirst());
            case QUARANTINE -> new Constraint.Quarantine(hosts.getFirst());
            case PRESERVE -> new Constraint.Preserve(vms.getFirst(), resource.orElseThrow(), amount);
            case OVERBOOK ->
                new Constraint.Overbook(hosts.getFirst(), resource.orElseThrow(), Math.toIntExact(amount), when);
            case RESOURCE_CAPACITY ->
                new Constraint.ResourceCapacity(hosts.getFirst(), resource.orElseThrow(), amount, when);
            case RUNNING_CAPACITY -> new Constraint.RunningCapacity(hosts.getFirst(), Math.toIntExact(amount), when);
            case MAX_ONLINE -> new Constraint.MaxOnline(hosts.getFirst(), Math.toIntExact(amount), when);
            case ONLINE -> new Constraint.Online(hosts.getFirst());
            case OFFLINE -> new Constraint.Offline(hosts.getFirst());
            case SEQ -> new Constraint.Seq(vms.getFirst());
            case PRECEDENCE -> new Constraint.Precedence(vms.getFirst(), vms.getLast());
            case SERIALIZE -> new Constraint.Serialize(vms.getFirst());
            case SYNC -> new Constraint.Sync(vms.getFirst());
            case DEADLINE -> new Constraint.Deadline(vms.getFirst(), amount);
        };
    }

    private void check() {
        checkManner();
        checkSets("VM", vms, Shape::isOfVms, Shape.VM_SETS);
        checkSets("host", hosts, Shape::isOfHosts, Shape.HOST_GROUPS);
        // among alone may name a host in several groups
        if (word != Vocabulary.AMONG) {
            checkApart("host", hosts);
        }
        checkApart("VM", vms);
        if (word == Vocabulary.SPLIT && vms.size() < 2) {
            throw wrong("splits one set of VMs; give two or more, as in split({$A, $B})");
        }
        if (resource.isPresent() != word.shapes().contains(Shape.RESOURCE)) {
            throw wrong(resource.isPresent() ? "takes no resource" : "needs a resource: cpu, memory, network or disk");
        }
        checkAmount();
    }

    private void checkManner() {
        if (word.manner() != Vocabulary.Manner.EITHER && when != word.whenUnsaid()) {
            throw wrong(
                    word.manner() == Vocabulary.Manner.ALWAYS
                            ? "always holds on the way too; leave out the word \"discrete\""
                            : "is judged in the end state alone; leave out the word \"continuous\"");
        }
    }

    private void checkSets(String kind, List<List<String>> sets, Predicate<Shape> ofKind, Shape many) {
        long wanted = word.shapes().stream().filter(ofKind).count();
        boolean any = word.shapes().contains(many) ? sets.isEmpty() : sets.size() != wanted;
        if (any) {
            throw wrong("has " + sets.size() + " sets of " + kind + "s; it is written " + word.usage());
        }
        for (List<String> set : sets) {
            if (set.isEmpty()) {
                throw wrong("has a set of " + kind + "s that is empty; name at least one");
            }
            Set<String> seen = HashSet.newHashSet(set.size());
            for (String id : set) {
                if (!seen.add(id)) {
                    throw wrong("names " + kind + " " + id + " twice in one set; name it once");
                }
            }
        }
    }

    private void checkApart(String kind, List<List<String>> sets) {
        Set<String> seen = new HashSet<>();
        for (List<String> set : sets) {
            for (String id : set) {
                if (!seen.add(id)) {
                    throw wrong("names " + kind + " " + id + " in two sets, which must not overlap; leave it in one");
                }
            }
        }
    }

    private void checkAmount() {
        Shape shape = word.shapes().stream()
                .filter(Shape::isAmount)
                .findFirst()
                .orElse(Shape.VMS); // whose bounds are 0 and 0
        if (amount < shape.least() || amount > shape.most()) {
            throw wrong("has the amount " + amount + "; give " + shape.least() + " to " + shape.most());
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(word.word() + " " + what);
    }

    /** As it stands in the log. */
    public StatedConstraint stated() {
        return new StatedConstraint(
                ConstraintKind.valueOf(word.name()),
                when == When.CONTINUOUS,
                vms,
                hosts,
                resource.map(one -> ConstraintResource.valueOf(one.name())).orElse(ConstraintResource.NONE),
                amount);
    }

    /** @throws IllegalArgumentException where a newer version wrote it, with a word that this one does not know */
    public static Form of(StatedConstraint stated) {
        if (stated.getKind() == ConstraintKind.UNKNOWN || stated.getResource() == ConstraintResource.UNKNOWN) {
            throw new IllegalArgumentException(
                    "a constraint has a kind or resource that this version does not know; run the version that wrote"
                            + " it");
        }
        return new Form(
                Vocabulary.valueOf(stated.getKind().name()),
                stated.getContinuous() ? When.CONTINUOUS : When.DISCRETE,
                copy(stated.getVms()),
                copy(stated.getHosts()),
                stated.getResource() == ConstraintResource.NONE
                        ? Optional.empty()
                        : Optional.of(Resource.valueOf(stated.getResource().name())),
                stated.getAmount());
    }

    private static List<List<String>> copy(List<List<String>> sets) {
        return sets.stream().map(List::copyOf).toList();
    }

    /** Every VM and host that it names, once each. */
    public List<String> named() {
        Set<String> ids = new LinkedHashSet<>();
        vms.forEach(ids::addAll);
        hosts.forEach(ids::addAll);
        return new ArrayList<>(ids);
    }
}
