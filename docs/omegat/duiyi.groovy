/* :name = duiyi: matches from the server :description = Queries `duiyi serve` for every segment that you open
 *
 * Start `duiyi serve --memory work.duiyi` and run this script once, in OmegaT under Tools > Scripting. It then looks up
 * every segment that becomes active, without its tags, and lists the matches in the window of the script: the score, the
 * source in the memory, and its translation with the numbers of the segment. The address of the server is that of DUIYI_SERVER, else http://127.0.0.1:8080; its token,
 * if it has one, that of DUIYI_SERVER_TOKEN. Run in console mode, it looks up all segments of the project once.
 */
import groovy.json.JsonSlurper
import org.omegat.core.CoreEvents
import org.omegat.core.data.SourceTextEntry
import org.omegat.core.events.IEntryEventListener

server = System.getenv("DUIYI_SERVER") ?: "http://127.0.0.1:8080"
token = System.getenv("DUIYI_SERVER_TOKEN") ?: ""
properties = project.projectProperties
say = binding.hasVariable("console") ? { text -> console.println(text) } : { text -> println(text) }

// OmegaT's own names of inline codes, such as <b0>, </b0> and <br1/>, which no memory has
String shown(String text) { text.replaceAll("</?[a-zA-Z]+[0-9]+/?>", "") }

List matches(String segment) {
    def text = shown(segment)
    if (!text.trim()) return []
    def fields = [text: text, min: "50", substitute: "true", source_lang: properties.sourceLanguage.languageCode.toLowerCase(),
                  target_lang: properties.targetLanguage.languageCode.toLowerCase()]
    def query = fields.collect { name, value -> name + "=" + URLEncoder.encode(value, "UTF-8") }.join("&")
    def connection = new URL(server + "/api/lookup?" + query).openConnection()
    connection.connectTimeout = 5000
    connection.readTimeout = 20000
    if (token) connection.setRequestProperty("Authorization", "Bearer " + token)
    return new JsonSlurper().parse(connection.inputStream, "UTF-8") as List
}

void show(String text) {
    try {
        def found = matches(text)
        say("\n" + text)
        found.each { say("${it.score} %  ${it.source}\n        ${it.target}") }
        if (!found) say("no match")
    } catch (IOException problem) {
        say("duiyi: no answer from ${server}: ${problem.message}")
    }
}

if (binding.hasVariable("eventType")) {
    if (eventType.toString() == "LOAD") {
        def found = project.allEntries.count { matches(it.srcText).any { one -> one.score >= 100 } }
        say("duiyi: matches of 100 % for ${found} of ${project.allEntries.size()} segments")
    }
} else {
    def live = this
    CoreEvents.registerEntryEventListener(new IEntryEventListener() {
        void onNewFile(String file) { }
        void onEntryActivated(SourceTextEntry entry) { Thread.start { live.show(entry.srcText) } }
    })
    say("duiyi: looking up every segment that you open, at ${server}")
}
