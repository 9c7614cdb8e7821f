package io.github.statesignals.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Key;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Signing;
import io.github.statesignals.signing.KeyRing;
import io.github.statesignals.signing.SigningKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Reads the keys of signatures from properties, or from a file that is read again when it
 * changes.
 */
final class SigningKeys implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(StateSignalsProperties.class);

	private static final long INTERVAL_SECONDS = 5;

	private static final String BASE64 = "base64:";

	private final Signing signing;

	@GuardedBy("this")
	private @Nullable ScheduledThreadPoolExecutor watch;

	// Used by the thread that reads it first, and later by that of the watch.
	private String content = "";

	// The failure that was logged last, by the thread of the watch.
	private String failure = "";

	SigningKeys(Signing signing) {
		this.signing = signing;
	}

	KeyRing read() {
		File file = this.signing.getFile();
		if (file == null) {
			return ring("state-signals.signing", this.signing.getKey(), this.signing.getKeys());
		}
		if (this.signing.getKey() != null || !this.signing.getKeys().isEmpty()) {
			throw new FailureAnalyzedException(
					"The keys of signatures are in state-signals.signing.file, and in properties, too.",
					"Remove state-signals.signing.key and state-signals.signing.keys, or state-signals.signing.file.");
		}
		this.content = content(file);
		return parse(file, this.content);
	}

	// Reads the file again every few seconds, if there is one.
	synchronized void watch(Consumer<KeyRing> changed) {
		File file = this.signing.getFile();
		if (file != null) {
			CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-keys-");
			threads.setDaemon(true);
			this.watch = new ScheduledThreadPoolExecutor(1, threads);
			this.watch.scheduleWithFixedDelay(() -> update(file, changed), INTERVAL_SECONDS, INTERVAL_SECONDS,
					TimeUnit.SECONDS);
		}
	}

	void update(File file, Consumer<KeyRing> changed) {
		try {
			String read = content(file);
			if (!read.equals(this.content)) {
				KeyRing keys = parse(file, read);
				changed.accept(keys);
				this.content = read;
				logger.info("Read the changed keys of signatures from '{}': {}", file, keys);
			}
			this.failure = "";
		}
		// Also an error: the executor would not run this again.
		catch (RuntimeException | Error ex) {
			String problem = (ex instanceof FailureAnalyzedException)
					? StringUtils.trimTrailingCharacter(String.valueOf(ex.getMessage()), '.') : ex.toString();
			if (!problem.equals(this.failure)) {
				this.failure = problem;
				logger.warn("The keys of signatures remain as they are: {}", problem);
			}
		}
	}

	private static String content(File file) {
		try {
			return Files.readString(file.toPath(), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new FailureAnalyzedException(
					"The file '%s' of state-signals.signing.file can't be read (%s).".formatted(file, ex),
					"Create it with 'key' and 'keys.<id>.secret', readable for the application alone.");
		}
	}

	private static KeyRing parse(File file, String content) {
		try {
			Properties properties = new Properties();
			properties.load(new StringReader(content));
			Binder binder = new Binder(new MapConfigurationPropertySource(properties));
			return ring(file.toString(), binder.bind("key", String.class).orElse(null),
					binder.bind("keys", Bindable.mapOf(String.class, Key.class)).orElseGet(Map::of));
		}
		catch (IOException | BindException | IllegalArgumentException ex) {
			// Its message may have a secret.
			throw invalid(file.toString(), "it is no properties file with 'key' and 'keys.<id>.secret'");
		}
	}

	private static KeyRing ring(String place, @Nullable String signing, Map<String, Key> properties) {
		try {
			List<SigningKey> keys = new ArrayList<>();
			properties.forEach(
					(id, key) -> keys.add(new SigningKey(id, bytes(id, key.secret()), key.events(), key.responders())));
			Assert.notNull(signing, "'key' is not set, the id of the key that signs");
			return new KeyRing(signing, keys);
		}
		catch (IllegalArgumentException ex) {
			throw invalid(place, String.valueOf(ex.getMessage()));
		}
	}

	private static byte[] bytes(String id, @Nullable String secret) {
		Assert.hasLength(secret, () -> "the key '%s' has no secret".formatted(id));
		Assert.isTrue(!PropertyChecks.PLACEHOLDER.matcher(secret).find(),
				() -> "the secret of key '%s' has a placeholder, which is not resolved".formatted(id));
		if (!secret.startsWith(BASE64)) {
			return secret.getBytes(StandardCharsets.UTF_8);
		}
		try {
			return Base64.getDecoder().decode(secret.substring(BASE64.length()).strip());
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("a secret that begins with 'base64:' is no Base64", ex);
		}
	}

	private static FailureAnalyzedException invalid(String place, String problem) {
		return new FailureAnalyzedException("The keys of signatures in '%s' are invalid: %s.".formatted(place, problem),
				"Set 'key' to the id of the key that signs, and 'keys.<id>.secret' to at least 32 random bytes for each key, "
						+ "such as the output of: openssl rand -base64 32, with 'base64:' before it.");
	}

	@Override
	public synchronized void close() {
		if (this.watch != null) {
			this.watch.shutdownNow();
		}
	}

}
