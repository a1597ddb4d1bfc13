package io.godwit.ops.words;

import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Tells events of one site's log in plain words. Feed it commands before their outcomes. What is appended to every segment is
 * told of the first one's copy alone.
 */
public final class EventWords {
    private final InventoryWords inventory;
    private final DetectionWords detections;
    private final PlanWords plans;
    private final CommandWords commands;
    private final WishWords wishes;

    /** @param names what people call hosts and VMs; whoever feeds this feeds them as well */
    public EventWords(String site, Names names) {
        this.inventory = new InventoryWords(names);
        this.detections = new DetectionWords(site, names);
        this.plans = new PlanWords(names);
        this.commands = new CommandWords(names);
        this.wishes = new WishWords(names);
    }

    /**
     * What an event says, mostly nothing or one line: samples, ticks and what is said inside a host partition are not told.
     *
     * @param segment where it stands
     */
    public List<Telling> of(int segment, SpecificRecord event) {
        return Stream.of(
                        inventory.of(event),
                        detections.of(segment, event),
                        plans.of(event),
                        commands.of(event),
                        wishes.of(segment, event))
                .flatMap(List::stream)
                .toList();
    }
}
