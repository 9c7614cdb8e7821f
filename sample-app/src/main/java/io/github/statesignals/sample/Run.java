package io.github.statesignals.sample;

/**
 * The run that a signal is about: its metadata, as a type.
 *
 * @param uuid the run's id
 */
record Run(String uuid) {
}
