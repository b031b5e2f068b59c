"""The needle carriage: where it is at any instant, in closed form.

Only this file solves its equation of motion: powered moves are trapezoids, and without supply it is a mass on a
preloaded spring with dry friction, a piece of a harmonic oscillation that ends at the upper stop.
"""

from __future__ import annotations

import math

from hal_sim.build import Build
from hal_sim.faults import Faults

NEVER = math.inf

Segment = tuple[float, float, float, float, float]
"""Start (s), place (um), velocity (um/s); then acceleration and 0, or an oscillation's centre and angular frequency."""


class Carriage:
    """Travel in um from the upper end stop, towards the patient positive. Times are absolute seconds."""

    __slots__ = ("_build", "_deepest", "_faults", "_segments", "_since", "arrives", "powered", "rising")

    def __init__(self, build: Build, faults: Faults) -> None:
        self._build = build
        self._faults = faults
        self._segments: list[Segment] = [(-math.inf, 0.0, 0.0, 0.0, 0.0)]
        self._deepest = 0.0
        self._since = -math.inf
        self.arrives = -math.inf
        """When the present motion comes to rest."""
        self.powered = False
        """Whether the motor holds or moves it; else only spring and friction do."""
        self.rising = False
        """Whether its last motion was upwards: the tip then hangs behind by the backlash."""

    def state(self, now: float) -> tuple[float, float]:
        """Travel and velocity."""
        if now >= self.arrives:
            return self._segments[-1][1], 0.0
        for segment in reversed(self._segments):
            if segment[0] <= now:
                return _at(segment, now)
        return _at(self._segments[0], self._segments[0][0])

    def travel(self, now: float) -> float:
        return self._segments[-1][1] if now >= self.arrives else self.state(now)[0]

    def pull_n(self, now: float) -> float:
        """What the return spring draws the needle up with, N; 0 when it is broken."""
        if self._faults.spring_broken:
            return 0.0
        return self._build.spring_preload_n + self._build.spring_n_per_um * self.travel(now)

    @property
    def held_by(self) -> str:
        """What has the carriage now: a jam, the motor, the spring, or friction alone where the spring is broken."""
        if self._faults.retract_jam:
            return "jam"
        if self.powered:
            return "motor"
        return "friction" if self._faults.spring_broken else "spring"

    def forget_deepest(self, now: float) -> None:
        """Begin a new measurement of the greatest travel."""
        self._since = now
        self._deepest = self.travel(now)

    def deepest(self, now: float) -> float:
        """Greatest travel since `forget_deepest`."""
        return max(self._deepest, self._turn(now))

    def move_to(self, now: float, target_um: float) -> None:
        """Powered motion: brake if moving, then a trapezoid to `target_um`, within the end stops."""
        place, velocity = self._leave(now)
        self.powered = True
        if self._faults.retract_jam:
            self._rest(now, place)
            return
        build = self._build
        if target_um > build.plate_um:
            if self._faults.overshoot:
                target_um += 300.0
            if self._faults.carriage_blocked:
                target_um = min(target_um, build.plate_um + 1000.0)
        target_um = min(max(target_um, 0.0), build.end_stop_um)
        accel = build.acceleration_um_s2
        segments: list[Segment] = []
        if velocity != 0.0:
            segments.append((now, place, velocity, math.copysign(accel, -velocity), 0.0))
            now, place = self._braked(now, place, velocity, accel)
        distance = abs(target_um - place)
        if distance > 1e-6:
            self.rising = target_um < place
            sign = math.copysign(1.0, target_um - place)
            ramp = min(build.speed_um_s / accel, math.sqrt(distance / accel))
            speed = accel * ramp
            run = accel * ramp * ramp / 2
            cruise = max(0.0, (distance - 2 * run) / speed)
            segments.append((now, place, 0.0, sign * accel, 0.0))
            if cruise > 0.0:
                segments.append((now + ramp, place + sign * run, sign * speed, 0.0, 0.0))
            segments.append((now + ramp + cruise, target_um - sign * run, sign * speed, -sign * accel, 0.0))
            now += 2 * ramp + cruise
        segments.append((now, target_um, 0.0, 0.0, 0.0))
        self._segments = segments
        self.arrives = now

    def release(self, now: float) -> None:
        """Motor off: spring and friction decide."""
        place, velocity = self._leave(now)
        self.powered = False
        self.rising = True
        if self._faults.retract_jam:
            self._rest(now, place)
            return
        build = self._build
        scale = 1e6 / build.mass_kg
        friction = build.friction_n * scale
        if self._faults.spring_broken:
            self._coast(now, place, velocity, friction)
            return
        preload = build.spring_preload_n * scale
        rate = build.spring_n_per_um * scale
        omega = math.sqrt(rate)
        segments: list[Segment] = []
        if velocity > 0.0:
            # going down: spring and friction both brake
            centre = -(preload + friction) / rate
            segments.append((now, place, velocity, centre, omega))
            angle = math.atan2(velocity / omega, place - centre)
            place = centre + math.hypot(place - centre, velocity / omega)
            now += angle / omega
            velocity = 0.0
        if place > 0.0 and (velocity < 0.0 or preload + rate * place > friction):
            centre = -(preload - friction) / rate
            segments.append((now, place, velocity, centre, omega))
            radius = math.hypot(place - centre, velocity / omega)
            phase = math.atan2(velocity / omega, place - centre)
            now += (phase + math.acos(min(1.0, -centre / radius))) / omega
            place = 0.0
        segments.append((now, place, 0.0, 0.0, 0.0))
        self._segments = segments
        self.arrives = now

    def rises_to(self, now: float, level_um: float) -> float:
        """When the present motion comes up to `level_um` for good; now when it stays above already, else never."""
        segments = self._segments
        # a carriage that still brakes on its way down turns where its next segment begins
        if self.travel(now) <= level_um and all(place <= level_um for start, place, *_ in segments if start > now):
            if segments[-1][1] <= level_um:
                return now
            return NEVER
        for index, segment in enumerate(segments):
            end = segments[index + 1][0] if index + 1 < len(segments) else NEVER
            if end <= now:
                continue
            crossing = _falls(segment, level_um)
            if max(segment[0], now - 1e-9) <= crossing <= end + 1e-9:
                return max(crossing, now)
        last = segments[-1]
        return last[0] if last[1] <= level_um else NEVER

    def _coast(self, now: float, place: float, velocity: float, friction: float) -> None:
        """Spring broken: friction alone brakes, then holds."""
        if velocity == 0.0:
            self._rest(now, place)
            return
        end, stop = self._braked(now, place, velocity, friction)
        brake = math.copysign(friction, -velocity)
        self._segments = [(now, place, velocity, brake, 0.0), (end, stop, 0.0, 0.0, 0.0)]
        self.arrives = end

    def _braked(self, now: float, place: float, velocity: float, brake: float) -> tuple[float, float]:
        """When and where a braked carriage stands still: by itself, or against an end stop, which takes all speed."""
        stop = place + velocity * abs(velocity) / (2 * brake)
        limit = 0.0 if velocity < 0.0 else self._build.end_stop_um
        if (stop - limit) * velocity <= 0.0:
            return now + abs(velocity) / brake, stop
        left = math.sqrt(max(0.0, velocity * velocity - 2 * brake * abs(limit - place)))
        return now + (abs(velocity) - left) / brake, limit

    def _rest(self, now: float, place: float) -> None:
        self._segments = [(now, place, 0.0, 0.0, 0.0)]
        self.arrives = now

    def _leave(self, now: float) -> tuple[float, float]:
        """Close the present plan: note how deep it went, and return where it is left."""
        self._deepest = self.deepest(now)
        return self.state(now)

    def _turn(self, now: float) -> float:
        """Greatest travel of the present plan until now: every plan goes down at most once, then up."""
        deepest = self.travel(now)
        for segment in self._segments:
            if segment[0] > now:
                break
            if segment[0] >= self._since:
                deepest = max(deepest, segment[1])
        return deepest


def _at(segment: Segment, now: float) -> tuple[float, float]:
    start, place, velocity, third, omega = segment
    if omega:
        angle = omega * (now - start)
        across, along = place - third, velocity / omega
        cosine, sine = math.cos(angle), math.sin(angle)
        return third + across * cosine + along * sine, omega * (along * cosine - across * sine)
    if velocity == 0.0 and third == 0.0:
        return place, 0.0
    gone = now - start
    return place + velocity * gone + third * gone * gone / 2, velocity + third * gone


def _falls(segment: Segment, level: float) -> float:
    """When a segment passes `level` upwards (towards smaller travel); never when it does not."""
    start, place, velocity, third, omega = segment
    if place < level:
        return NEVER
    if omega:
        radius = math.hypot(place - third, velocity / omega)
        if radius < abs(level - third):
            return NEVER
        phase = math.atan2(velocity / omega, place - third)
        return start + (phase + math.acos((level - third) / radius)) / omega
    if third == 0.0:
        return start + (level - place) / velocity if velocity < 0.0 else NEVER
    if third > 0.0 and velocity >= 0.0:
        return NEVER
    root = velocity * velocity - 2 * third * (place - level)
    if root < 0.0:
        return NEVER
    # the crossing with velocity upwards: v + a d = -sqrt(root)
    gone = (-math.sqrt(root) - velocity) / third
    return start + gone if gone >= 0.0 else NEVER
