package io.github.statesignals.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Uses the page as a person does, with Chromium. The system property
 * {@code sample.pictures} names a folder for pictures of the page.
 */
@Tag("browser")
@Timeout(150)
@DirtiesContext
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PageBrowserTests {

	private final String address;

	private ChromeDriver browser;

	PageBrowserTests(@LocalServerPort int port) {
		this.address = "http://127.0.0.1:" + port + "/";
	}

	@BeforeEach
	void open() {
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary("/usr/bin/chromium");
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--hide-scrollbars");
		options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
		System.setProperty("webdriver.chrome.driver", "/usr/bin/chromedriver");
		this.browser = new ChromeDriver(options);
		size(1280, 900);
		this.browser.get(this.address);
		until("The page should be live", () -> text("#live").equals("live"));
	}

	@AfterEach
	void close() {
		this.browser.quit();
	}

	@Test
	void showsRespondersThatActAreGoneAndReturn() throws IOException {
		click("add-process");
		until("Six responders should be subscribed", () -> all("tr.subscribed").size() == 6);
		run();
		assertThat(tiles(1)).containsOnly("acted");
		assertThat(all("#charts canvas")).hasSize(3);

		select("Fault of memory, This process", "FAIL");
		select("Fault of gc, This process", "SLOW");
		select("Fault of cpu, Process 2", "SILENT");
		run();
		assertThat(tiles(1)).containsExactly("acted", "late", "failed", "missing", "acted", "acted");
		assertThat(text("#timeline")).contains("will not collect: set to fail");
		select("Fault of memory, This process", "NONE");
		select("Fault of gc, This process", "NONE");
		select("Fault of cpu, Process 2", "NONE");
		run();

		click("process-2-kill");
		run();
		assertThat(tiles(1)).containsExactly("acted", "acted", "acted", "gone", "gone", "gone");
		assertThat(text("#timeline")).contains("Process 2 is killed.", "cpu of process 2 is gone");
		pictures();

		click("process-2-start");
		until("The process should be back", () -> all("tr.subscribed").size() == 6);
		run();
		assertThat(tiles(1)).hasSize(6).containsOnly("acted");
		assertThat(tiles(3)).as("the holes remain").containsExactly("acted", "acted", "acted", "gone", "gone", "gone");
		assertThat(this.browser.manage().logs().get(LogType.BROWSER)).isEmpty();
	}

	@Test
	void isUsedWithTheKeyboardAndOnAPhone() {
		size(390, 800);
		this.browser.navigate().refresh();
		until("The page should be live", () -> text("#live").equals("live"));
		assertThat(this.browser.executeScript("return document.documentElement.scrollWidth")).isEqualTo(390L);
		WebElement active = tabTo("start-run");
		assertThat(active.getCssValue("outline-style")).isEqualTo("solid");
		String before = latestRun();
		active.sendKeys(Keys.ENTER);
		until("A run should end", () -> !latestRun().equals(before) && text("#status").contains("ended"));
		WebElement theme = tabTo("theme");
		theme.sendKeys(Keys.SPACE);
		theme.sendKeys(Keys.SPACE);
		assertThat(theme.getText()).isEqualTo("Theme: dark");
		assertThat(this.browser.executeScript("return getComputedStyle(document.body).backgroundColor"))
			.isEqualTo("rgb(16, 21, 27)");
		assertThat(this.browser.manage().logs().get(LogType.BROWSER)).isEmpty();
	}

	private void run() {
		String before = latestRun();
		click("start-run");
		until("A run should end", () -> !latestRun().equals(before) && text("#status").contains("ended"));
	}

	private String latestRun() {
		List<String> runs = all(".answers th[scope=colgroup] span").stream().map(WebElement::getText).toList();
		return runs.isEmpty() ? "" : runs.get(0);
	}

	// The column counts from the latest run's first signal.
	private List<String> tiles(int column) {
		return all(".answers tbody td:nth-of-type(" + column + ") .word").stream().map(WebElement::getText).toList();
	}

	private void select(String label, String fault) {
		String css = "select[aria-label='" + label + "']";
		until(label, () -> {
			WebElement element = this.browser.findElement(By.cssSelector(css));
			new Select(element).selectByValue(fault);
			this.browser.executeScript("document.activeElement.blur()");
			return true;
		});
		until(label,
				() -> this.browser.findElement(By.cssSelector(css + " option[selected]"))
					.getDomAttribute("value")
					.equals(fault));
	}

	private void click(String id) {
		until(id, () -> {
			this.browser.findElement(By.id(id)).click();
			return true;
		});
	}

	private WebElement tabTo(String id) {
		for (int i = 0; i < 100; i++) {
			WebElement active = this.browser.switchTo().activeElement();
			if (id.equals(active.getDomAttribute("id"))) {
				return active;
			}
			active.sendKeys(Keys.TAB);
		}
		throw new AssertionError("The tab key does not reach " + id);
	}

	private String text(String css) {
		return this.browser.findElement(By.cssSelector(css)).getText();
	}

	private List<WebElement> all(String css) {
		return this.browser.findElements(By.cssSelector(css));
	}

	private void until(String reason, BooleanSupplier condition) {
		new WebDriverWait(this.browser, Duration.ofSeconds(40), Duration.ofMillis(100))
			.ignoring(StaleElementReferenceException.class)
			.withMessage(reason)
			.until((driver) -> condition.getAsBoolean());
	}

	private void pictures() throws IOException {
		String folder = System.getProperty("sample.pictures");
		if (folder == null) {
			return;
		}
		picture(Path.of(folder, "page-light.png"), 1200, "light");
		picture(Path.of(folder, "page-dark.png"), 1200, "dark");
		picture(Path.of(folder, "page-phone.png"), 390, "light");
		size(1280, 900);
	}

	private void picture(Path file, int width, String scheme) throws IOException {
		this.browser.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
		size(width, 900);
		Object height = this.browser.executeScript("return document.body.scrollHeight");
		size(width, (width < 500) ? 1240 : ((Number) height).intValue());
		until("The charts should be drawn", () -> Boolean.TRUE.equals(this.browser.executeScript(
				"const c = document.querySelectorAll('#charts canvas'); return c.length === 3 && c[0].clientWidth <= document.querySelector('#charts').clientWidth")));
		Files.write(file, this.browser.getScreenshotAs(OutputType.BYTES));
	}

	private void size(int width, int height) {
		this.browser.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
	}

}
