package io.godwit.ceprules.observations;

/** A tick, on which sweeps run. watched counts the watched seconds so far; watchedFloor is that count where the present watch began, or at the edge of the look-back: only later seconds say anything about silence. See WatchedTime. */
public final class Sweep implements ObservationView {
    private final long observation;
    private final long atMillis;
    private final long watched;
    private final long watchedFloor;

    public Sweep(long observation, long atMillis, long watched, long watchedFloor) {
        this.observation = observation;
        this.atMillis = atMillis;
        this.watched = watched;
        this.watchedFloor = watchedFloor;
    }

    @Override
    public long getObservation() {
        return observation;
    }

    @Override
    public long getAtMillis() {
        return atMillis;
    }

    public long getWatched() {
        return watched;
    }

    public long getWatchedFloor() {
        return watchedFloor;
    }
}
