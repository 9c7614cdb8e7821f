package io.github.statesignals.fault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.springframework.util.FileSystemUtils;

/**
 * A certificate of a server on the loopback interface, signed by itself, made with the
 * JDK's {@code keytool}.
 */
final class Certificates implements AutoCloseable {

	private static final String ALIAS = "server";

	private static final String PASSWORD = "changeit";

	private final Path directory;

	private Certificates(Path directory) {
		this.directory = directory;
	}

	/**
	 * Make a certificate.
	 * @return the certificate, its key and a trust store, in separate files
	 */
	static Certificates create() {
		return create("ip:127.0.0.1,dns:localhost");
	}

	/**
	 * Make a certificate.
	 * @param names the names of the server that it is of
	 * @return the certificate, its key and a trust store, in separate files
	 */
	static Certificates create(String names) {
		try {
			Certificates certificates = new Certificates(Files.createTempDirectory("state-signals-tls-"));
			certificates.generate(names);
			certificates.export();
			return certificates;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException("There is no certificate", ex);
		}
	}

	private void generate(String names) throws IOException {
		Path log = this.directory.resolve("log");
		Process keytool = new ProcessBuilder(List.of(
				Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", ALIAS,
				"-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-dname", "CN=localhost", "-ext",
				"san=" + names, "-storetype", "PKCS12", "-keystore", keyStore().toString(), "-storepass", PASSWORD))
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			if (!keytool.waitFor(RedisProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				keytool.destroyForcibly();
			}
			if (keytool.waitFor() != 0) {
				throw new IllegalStateException("keytool replies: " + Files.readString(log));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void export() throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream input = Files.newInputStream(keyStore())) {
			store.load(input, PASSWORD.toCharArray());
		}
		write(privateKey(), "PRIVATE KEY", store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
		write(certificate(), "CERTIFICATE", store.getCertificate(ALIAS).getEncoded());
	}

	private static void write(Path file, String what, byte[] content) throws IOException {
		String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
		Files.writeString(file, "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(what, body));
	}

	private Path keyStore() {
		return this.directory.resolve("server.p12");
	}

	/**
	 * The private key.
	 * @return a file in PEM
	 */
	Path privateKey() {
		return this.directory.resolve("server.key");
	}

	/**
	 * The certificate, which is also the one to trust.
	 * @return a file in PEM
	 */
	Path certificate() {
		return this.directory.resolve("server.crt");
	}

	/**
	 * Properties by which an application uses TLS with Redis, and trusts this certificate
	 * alone.
	 * @return the properties
	 */
	List<String> properties() {
		return List.of("spring.data.redis.ssl.bundle=redis",
				"spring.ssl.bundle.pem.redis.truststore.certificate=" + certificate().toUri());
	}

	@Override
	public void close() throws IOException {
		FileSystemUtils.deleteRecursively(this.directory);
	}

}
